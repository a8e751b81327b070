// Streams, locales and the like are used by several tasks as the C++ library permits: must pass under every schedule.
//
// Most of this happens inside the library, which is not instrumented: nothing of it may look like a race, a leak or
// memory used after it was freed.
#include <cassert>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <iostream>
#include <locale>
#include <mutex>
#include <random>
#include <regex>
#include <sstream>
#include <string>
#include <syncstream>
#include <thread>

#include <wedge/scenario.h>

namespace {

template <typename Work>
void in_two_tasks(const Work& work) {
  std::thread other(work);
  work();
  other.join();
}

void standard_output() {
  in_two_tasks([] { std::cout << "from one of two tasks: " << 42 << '\n'; });
}

void synchronised_output() {
  std::ostringstream target;
  in_two_tasks([&] { std::osyncstream(target) << "line " << 1 << '\n'; });
  assert(target.str() == "line 1\nline 1\n");
}

void stream_under_a_lock() {
  std::mutex mutex;
  std::ostringstream log;
  in_two_tasks([&] {
    const std::scoped_lock lock(mutex);
    log << "entry " << 1.5 << std::endl;
  });
  assert(log.str().size() == 20);
}

void streams_of_their_own() {
  in_two_tasks([] {
    std::stringstream stream;
    stream << 17 << ' ' << 2.5;
    int number = 0;
    double fraction = 0;
    stream >> number >> fraction;
    assert(number == 17 && fraction > 2);
  });
}

void one_locale_for_all() {
  const std::locale common = std::locale::classic();
  in_two_tasks([common] {
    std::ostringstream stream;
    stream.imbue(common);
    stream << 1000;
    const std::locale copy = stream.getloc();
    assert(std::use_facet<std::ctype<char>>(copy).toupper('w') == 'W');
  });
}

void random_numbers() {
  in_two_tasks([] {
    std::mt19937 own(42);
    assert(own() == 1608637542U);
    assert(std::rand() >= 0);
  });
}

void time_in_words() {
  in_two_tasks([] {
    const std::time_t zero = 0;
    std::tm parts{};
    assert(gmtime_r(&zero, &parts) != nullptr && parts.tm_year == 70);
  });
}

void expression_shared_read_only() {
  const std::regex number("[0-9]+");
  in_two_tasks([&] { assert(std::regex_match("42", number)); });
}

void function_object_shared_read_only() {
  const std::function<std::string(int)> name = [prefix = std::string("a prefix too long for the object")](int i) {
    return prefix + std::to_string(i);
  };
  in_two_tasks([&] { assert(name(1).back() == '1'); });
}

const wedge::Scenario scenario{
    .id = "correct/library-streams",
    .title = "streams, locales, random numbers from several tasks",
    .source = "",
    .variants =
        {
            {"standard-output", standard_output, wedge::expect(wedge::Outcome::pass)},
            {"synchronised-output", synchronised_output, wedge::expect(wedge::Outcome::pass)},
            {"stream-under-a-lock", stream_under_a_lock, wedge::expect(wedge::Outcome::pass)},
            {"streams-of-their-own", streams_of_their_own, wedge::expect(wedge::Outcome::pass)},
            {"one-locale-for-all", one_locale_for_all, wedge::expect(wedge::Outcome::pass)},
            {"random-numbers", random_numbers, wedge::expect(wedge::Outcome::pass)},
            {"time-in-words", time_in_words, wedge::expect(wedge::Outcome::pass)},
            {"expression-shared-read-only", expression_shared_read_only, wedge::expect(wedge::Outcome::pass)},
            {"function-shared-read-only", function_object_shared_read_only, wedge::expect(wedge::Outcome::pass)},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
