// A stream over HTTP never ends: it looks for tokens, and only then begins to listen for the bell.
//   Source    oldnordic/ROCmForge, src/http/server.rs, generate_stream
//   Symptom   the last token never arrives and the connection stays open, while the engine is idle and well
//   Left out  as in forward_pass.cpp; the events themselves
//
//   stream                                           inference loop
//   1  reads the status: no token yet
//                                                    2  adds the last token, rings
//                                                    3  clears the state: rings once more, and takes the bell away
//   4  begins to listen: sleeps for ever
#include "scenarios/expect_on_race/program.h"

namespace {

using expect_on_race::Engine;
using expect_on_race::RequestId;
using expect_on_race::Switches;
using primitives::Notify;
using wedge::Outcome;
using namespace std::chrono_literals;

enum class Listens {
  after_the_look,   // as found
  before_the_look,  //
  not_at_all,       // polls every 50 ms, as the original does when there is no bell any more
};

void stream_tokens(Engine& engine, std::size_t tokens, Listens when) {
  const RequestId id = engine.submit(1, tokens);
  const std::shared_ptr<Notify> bell = when == Listens::not_at_all ? nullptr : engine.subscribe(id);
  std::size_t sent = 0;
  for (;;) {
    std::optional<Notify::Notified> notified;
    if (bell && when == Listens::before_the_look) notified.emplace(bell->notified());
    const auto status = engine.status(id);  // 1
    if (!status) return;
    if (status->generated_tokens > sent) {
      ++sent;
      wedge::note("the stream sends a token");
      continue;
    }
    if (status->is_complete()) return;
    if (!bell) {
      std::this_thread::sleep_for(50ms);
      continue;
    }
    if (!notified) notified.emplace(bell->notified());  // 4
    notified->wait();
  }
}

void run(std::size_t tokens, Listens when) {
  wedge::deadline(5s);
  Engine engine(Switches{});
  engine.start();
  std::thread stream([&] {
    primitives::name_this_task("the stream");
    stream_tokens(engine, tokens, when);
  });
  stream.join();
  engine.stop();
  engine.join();
}

const wedge::Expectation symptom = wedge::expect(Outcome::deadline, "5.000 s of virtual time");
const wedge::Expectation passes = wedge::expect(Outcome::pass);

const wedge::Scenario scenario{
    .id = "expect-on-race/stream",
    .title = "a stream looks first and listens then",
    .source = "https://github.com/oldnordic/ROCmForge",
    .variants =
        {
            {"as-found", [] { run(1, Listens::after_the_look); }, symptom},
            {"without/listens-after-the-look", [] { run(1, Listens::before_the_look); }, passes},
            {"alone/listens-after-the-look", [] { run(1, Listens::after_the_look); }, symptom},
            {"without/last-token", [] { run(2, Listens::after_the_look); }, symptom},
            {"fix/listen-before-the-look", [] { run(1, Listens::before_the_look); }, passes},
            {"fix/poll", [] { run(1, Listens::not_at_all); }, passes},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
