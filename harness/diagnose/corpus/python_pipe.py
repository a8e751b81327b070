# Orphaned I/O in Python: a thread reads to the end of a pipe whose write end its own process keeps.
import ctypes
import os
import threading


def name_thread(name):
    ctypes.CDLL(None).prctl(15, name.encode(), 0, 0, 0)


def drain(read_end):
    name_thread("drainer")
    while os.read(read_end, 4096):
        pass


name_thread("joiner")
read_end, write_end = os.pipe()
thread = threading.Thread(target=drain, args=(read_end,))
thread.start()
os.write(write_end, b"bytes")
thread.join()
