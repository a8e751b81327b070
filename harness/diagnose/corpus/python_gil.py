# Starvation in Python: a foreign function sleeps and keeps the interpreter's lock, and main asks for it in vain.
import ctypes
import threading

c_library = ctypes.CDLL(None)
c_library_with_lock = ctypes.PyDLL(None)  # does not give the lock up during a call


def hold():
    c_library.prctl(15, b"holder", 0, 0, 0)
    c_library_with_lock.write(1, b"ready\n", 6)
    c_library_with_lock.sleep(1000)


c_library.prctl(15, b"waiter", 0, 0, 0)
thread = threading.Thread(target=hold)
thread.start()
while True:
    pass
