// Two transfers between the same two accounts wait for each other: each locks its own source first.
//   Source    invented: the textbook deadlock
//   Symptom   both transfers stand in lock() for ever
//   Left out  amounts, and accounts that no transfer touches
//
//   rent                             salary
//   1  locks tenant
//                                    2  locks landlord
//   3  waits for landlord
//                                    4  waits for tenant
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

#include <wedge/scenario.h>

namespace {

enum class Order { as_given, by_address };

struct Account {
  std::mutex mutex;
  int balance = 100;
};

void transfer(Account& from, Account& to, Order order) {
  Account* first = &from;
  Account* second = &to;
  if (order == Order::by_address && std::less<>()(second, first)) std::swap(first, second);
  const std::scoped_lock one(first->mutex);     // 1, 2
  const std::scoped_lock other(second->mutex);  // 3, 4
  from.balance -= 10;
  to.balance += 10;
}

void transfer_both_ways(Order order) {
  Account tenant;
  Account landlord;
  std::thread rent([&] { transfer(tenant, landlord, order); });
  std::thread salary([&] { transfer(landlord, tenant, order); });
  rent.join();
  salary.join();
}

const wedge::Scenario scenario{
    .id = "canaries/opposite-transfers",
    .title = "two locks taken in opposite order",
    .source = "textbook",
    .variants =
        {
            {"as-found", [] { transfer_both_ways(Order::as_given); },
             wedge::expect(wedge::Outcome::deadlock, "2 tasks wait for each other")},
            {"fix/by-address", [] { transfer_both_ways(Order::by_address); }, wedge::expect(wedge::Outcome::pass)},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
