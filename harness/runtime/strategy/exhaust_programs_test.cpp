// The exhaustive search over real threads, mutexes, atomics, conditions and semaphores: the traces it counts and the
// outcomes it sees are those of the enumerator, which knows nothing of the runtime.
#include <gtest/gtest.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <functional>
#include <mutex>
#include <thread>

#include "harness/runtime/serve/in_process.h"
#include "harness/runtime/strategy/exhaust_generator.h"

namespace wedge::runtime {
namespace {

using namespace model_program;

constexpr std::size_t most_tasks = 4;
constexpr std::size_t most_seen = 16;

// Shared with the child that executes, so that it outlives a deadlock.
struct Board {
  // Of the execution at hand.
  int atomics[things];
  std::size_t at[most_tasks];
  int seen[most_tasks][most_seen];
  std::size_t seen_count[most_tasks];
  // Of all.
  char outcomes[1 << 20];
  std::size_t used;
};

Board& board() {
  static auto* shared = static_cast<Board*>(
      mmap(nullptr, sizeof(Board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  return *shared;
}

model::ControlBlock& control_block() {
  static model::ControlBlock& block = use_shared_control_block();
  return block;
}

std::atomic<int> atomics[things];
pthread_mutex_t mutexes[things];
pthread_cond_t conditions[things];
sem_t semaphores[things];

void carry_out(const std::vector<Line>& lines, std::size_t task) {
  bool mine[things] = {};
  const auto see = [task](int value) { board().seen[task][board().seen_count[task]++] = value; };
  for (const Line& line : lines) {
    const int thing = line.thing;
    switch (line.act) {
      case Act::load:
        see(atomics[thing].load());
        break;
      case Act::store:
        atomics[thing].store(line.other);
        board().atomics[thing] = line.other;
        break;
      case Act::add: {
        const int before = atomics[thing].fetch_add(1);
        board().atomics[thing] = before + 1;
        see(before);
        break;
      }
      case Act::lock:
        pthread_mutex_lock(&mutexes[thing]);
        mine[thing] = true;
        break;
      case Act::try_lock: {
        const bool taken = pthread_mutex_trylock(&mutexes[thing]) == 0;
        mine[thing] = mine[thing] || taken;
        see(taken);
        break;
      }
      case Act::unlock:
        if (mine[thing]) pthread_mutex_unlock(&mutexes[thing]);
        mine[thing] = false;
        break;
      case Act::wait:
        pthread_cond_wait(&conditions[thing], &mutexes[line.other]);
        break;
      case Act::signal:
        pthread_cond_signal(&conditions[thing]);
        break;
      case Act::broadcast:
        pthread_cond_broadcast(&conditions[thing]);
        break;
      case Act::acquire:
        sem_wait(&semaphores[thing]);
        break;
      case Act::post:
        sem_post(&semaphores[thing]);
        break;
      default:
        std::abort();
    }
    ++board().at[task];
  }
}

// In the words of Machine::outcome(), for the program with a main task that joins the others.
std::string outcome_of(const Program& program) {
  std::string text;
  for (const int value : board().atomics) text += std::to_string(value) + ",";
  for (std::size_t i = 0; i < program.size(); ++i) {
    const bool ended = board().at[i] == program[i].size();
    text += ended ? "|" : "|stuck at " + std::to_string(board().at[i]);
    for (std::size_t k = 0; k < board().seen_count[i]; ++k) text += std::to_string(board().seen[i][k]) + ",";
  }
  return text;
}

void note_outcome(const Program& program) {
  if (search_block().redundant_now) return;
  const std::string text = outcome_of(program) + "\n";
  if (std::strstr(board().outcomes, text.c_str()) != nullptr) return;
  ASSERT_LT(board().used + text.size() + 1, sizeof board().outcomes);
  std::memcpy(board().outcomes + board().used, text.c_str(), text.size() + 1);
  board().used += text.size();
}

void body(const Program& program) {
  std::memset(&board(), 0, offsetof(Board, outcomes));
  for (int i = 0; i < things; ++i) {
    atomics[i] = 0;  // nobody else is there yet
    pthread_mutex_init(&mutexes[i], nullptr);
    pthread_cond_init(&conditions[i], nullptr);
    sem_init(&semaphores[i], 0, i == 1 ? 1 : 0);
  }
  const std::size_t main = program.size() - 1;
  std::thread threads[most_tasks];
  for (std::size_t i = 0; i < main; ++i) threads[i] = std::thread([&program, i] { carry_out(program[i], i); });
  for (std::size_t i = 0; i < main; ++i) {
    threads[i].join();
    ++board().at[main];
  }
}

struct Found {
  std::set<std::string> outcomes;
  std::uint64_t traces = 0;
  std::uint64_t redundant = 0;
  std::uint32_t cut = 0;
};

model::Request request_for(std::uint32_t flags, std::uint32_t limit) {
  model::Request request{};
  request.command = model::Command::run;
  std::strcpy(request.strategy, "exhaust");
  request.max_steps = 100'000;
  request.flags = flags;
  request.strategy_depth = limit;
  return request;
}

// Children one after the other: a deadlock ends the one that met it, and the next goes on with the search.
Found search(const std::function<void()>& run, const std::function<void()>& note, std::uint32_t flags = 0,
             std::uint32_t limit = 0) {
  model::ControlBlock& control = control_block();
  board().used = 0;
  board().outcomes[0] = '\0';
  control.search.over = false;
  const auto whole = [&] {
    run();
    note();
  };
  for (std::uint64_t first = 0; !control.search.over || first == 0; first = control.search.begun) {
    control.result.written = 0;
    const pid_t child = fork();
    if (child == 0) {
      run_executions(whole, request_for(flags, limit), first, 10'000'000);
      _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
      ADD_FAILURE() << "a child ended with " << status;
      break;
    }
    if (control.result.written != 0) note();
  }
  Found found;
  found.traces = control.search.traces;
  found.redundant = control.search.redundant;
  found.cut = control.search.cut;
  std::string line;
  for (const char* at = board().outcomes; *at != '\0'; ++at) {
    if (*at != '\n') {
      line += *at;
      continue;
    }
    found.outcomes.insert(line);
    line.clear();
  }
  return found;
}

Found search(const Program& program, std::uint32_t flags = 0, std::uint32_t limit = 0) {
  return search([&] { body(program); }, [&] { note_outcome(program); }, flags, limit);
}

// Lines that the runtime leaves out, or makes in other steps than the enumerator: an unlock without a lock, and locking
// what one has.
bool steps_agree(const Program& program) {
  for (const std::vector<Line>& lines : program) {
    int locked = 0;
    for (const Line& line : lines) {
      if (line.act == Act::try_lock) return false;
      locked += line.act == Act::lock ? 1 : line.act == Act::unlock ? -1 : 0;
      if (locked > 1) return false;
    }
  }
  return true;
}

Program with_main(Program program) {
  std::vector<Line> joins;
  for (std::size_t i = 0; i < program.size(); ++i) joins.push_back({Act::join, static_cast<int>(i)});
  program.push_back(joins);
  return program;
}

TEST(ExhaustPrograms, five_hundred_random_programs_have_the_outcomes_of_enumeration) {
  int counted = 0;
  for (unsigned seed = 1; seed <= 500; ++seed) {
    const Program program = with_main(Generator(seed, false).program());
    const Enumerator everything(program);
    const Found found = search(program);
    ASSERT_EQ(found.outcomes, everything.outcomes) << seed << "\n" << text_of(program);
    ASSERT_EQ(found.cut, 0u) << seed;
    if (!steps_agree(program)) continue;
    ++counted;
    ASSERT_EQ(found.traces, everything.traces.size()) << seed << "\n" << text_of(program);
  }
  EXPECT_GT(counted, 100);
}

TEST(ExhaustPrograms, without_reduction_the_same_is_found) {
  for (unsigned seed = 1; seed <= 10; ++seed) {
    const Program program = with_main({{{Act::add}, {Act::add, 1}}, {{Act::load, 1}, {Act::add}}});
    const Found all = search(program, model::request_flags::bound_preemptions, ~0U);
    EXPECT_EQ(all.outcomes, Enumerator(program).outcomes);
    EXPECT_GT(all.traces, search(program).traces);
  }
}

template <typename Work>
void run_tasks(int count, Work work) {
  std::vector<std::thread> threads;
  threads.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) threads.emplace_back([&work, i] { work(i); });
  for (std::thread& thread : threads) thread.join();
}

std::uint64_t traces_of(const std::function<void()>& run) {
  const Found found = search(run, [] {});
  EXPECT_EQ(found.cut, 0u);
  return found.traces;
}

TEST(ExhaustPrograms, counts_of_traces_equal_theory) {
  EXPECT_EQ(traces_of([] {
              std::atomic<int> counter{0};
              run_tasks(2, [&](int) {
                for (int i = 0; i < 8; ++i) counter.fetch_add(1);
              });
            }),
            12870u);
  EXPECT_EQ(traces_of([] {
              std::mutex mutex;
              run_tasks(3, [&](int) {
                for (int i = 0; i < 3; ++i) std::lock_guard lock(mutex);
              });
            }),
            1680u);
  EXPECT_EQ(traces_of([] {
              std::atomic<int> counters[6]{};
              run_tasks(6, [&](int i) {
                counters[i].fetch_add(1);
                counters[i].fetch_add(1);
              });
            }),
            1u);
  EXPECT_EQ(traces_of([] {
              std::atomic<int> value{0};
              run_tasks(2, [&](int i) {
                if (i == 0) return value.store(1);
                for (int k = 0; k < 9; ++k) (void)value.load();
              });
            }),
            10u);
  EXPECT_EQ(traces_of([] {
              std::atomic<int> value{0};
              run_tasks(7, [&](int i) { i == 0 ? value.store(1) : (void)value.load(); });
            }),
            64u);
}

}  // namespace
}  // namespace wedge::runtime
