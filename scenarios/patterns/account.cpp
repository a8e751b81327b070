// A total is read without the lock under which it is changed, and does not agree with the books.
//   Source    account of SCTBench, with an assertion that is true of the corrected program (the original's never is)
//   Symptom   an audit now and then reports money that has been booked and is not there
//   Left out  amounts that depend on anything
//
//   deposit                          audit
//   1  locks, adds to the balance
//                                    2  reads balance, and what was deposited and withdrawn
//                                    3  they disagree: the assertion fails
//   4  books the deposit, unlocks
#include <atomic>
#include <cassert>
#include <mutex>
#include <thread>

#include <wedge/scenario.h>

namespace {

enum class Audit { unguarded, locked };

constexpr auto relaxed = std::memory_order_relaxed;
constexpr int opening_balance = 1;

class Account {
 public:
  explicit Account(Audit audit) : audit_(audit) {}

  void deposit(int amount) {
    const std::scoped_lock lock(mutex_);
    balance_.store(balance_.load(relaxed) + amount, relaxed);  // 1
    deposited_.store(amount, relaxed);                         // 4
  }

  void withdraw(int amount) {
    const std::scoped_lock lock(mutex_);
    balance_.store(balance_.load(relaxed) - amount, relaxed);
    withdrawn_.store(amount, relaxed);
  }

  void audit() {
    std::unique_lock lock(mutex_, std::defer_lock);
    if (audit_ == Audit::locked) lock.lock();
    const int balance = balance_.load(relaxed);  // 2
    const int booked = opening_balance + deposited_.load(relaxed) - withdrawn_.load(relaxed);
    assert(balance == booked);  // 3
  }

 private:
  Audit audit_;
  std::mutex mutex_;
  std::atomic<int> balance_{opening_balance};
  std::atomic<int> deposited_{0};
  std::atomic<int> withdrawn_{0};
};

void audit_while_open(Audit audit) {
  Account account(audit);
  std::thread auditor([&] { account.audit(); });
  std::thread salary([&] { account.deposit(2); });
  std::thread rent([&] { account.withdraw(4); });
  auditor.join();
  salary.join();
  rent.join();
}

const wedge::Scenario scenario{
    .id = "patterns/account",
    .title = "a total that is read without its lock",
    .source = "SCTBench: account",
    .variants =
        {
            {"as-found", [] { audit_while_open(Audit::unguarded); },
             wedge::expect(wedge::Outcome::panic, "assertion `balance == booked' failed")},
            {"fix/locked", [] { audit_while_open(Audit::locked); }, wedge::expect(wedge::Outcome::pass)},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
