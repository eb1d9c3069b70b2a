// Goes on with an exported run: trains on its rows, scores them before and after, and writes the new B. The form is in-out: B goes into a
// step, and the next B comes out of it.
#include "app.h"

#include <cmath>
#include <cstdio>
#include <random>
#include <sstream>

namespace {

struct Row {
  size_t label, start;  // the first token with the adapter; those before it are computed once
  Longs prompt;
};

std::vector<Row> read_rows(const std::string& path) {
  std::istringstream lines(read_file(path));
  std::vector<Row> rows;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream numbers(line);
    Row row{};
    numbers >> row.label >> row.start;
    for (int64_t token; numbers >> token;) row.prompt.push_back(token);
    rows.push_back(std::move(row));
  }
  if (rows.empty()) fail("there are no rows in " + path);
  return rows;
}

// 1 or -1, or standard normal numbers that are the same with every compiler, which std::normal_distribution's are not.
class Noise {
 public:
  Noise(uint64_t seed, bool is_signs) : random_(seed), is_signs_(is_signs) {}
  float next() {
    if (is_signs_) return random_() >> 63 != 0 ? 1.0f : -1.0f;
    const double radius = std::sqrt(-2 * std::log(1 - uniform()));
    return static_cast<float>(radius * std::cos(6.283185307179586 * uniform()));
  }

 private:
  double uniform() { return static_cast<double>(random_() >> 11) / 9007199254740992.0; }
  std::mt19937_64 random_;
  bool is_signs_;
};

class Host {
 public:
  explicit Host(const std::string& folder)
      : app_(folder), rows_(read_rows(folder + "/rows.txt")), a_(app_.floats("adapter.a.bin")), b_(app_.floats("adapter.b.bin")) {
    if (app_["form"].text != "in-out") fail("the form is " + app_["form"].text + ": export with --form in-out");
    is_sequences_ = app_["loss"].text == "choice-sequences";
    if (!is_sequences_ && app_["loss"].text != "choices") {
      fail("the loss is " + app_["loss"].text + ": this host knows that over label words");
    }
    for (const Json& choice : app_["choices"].items) {
      choices_.emplace_back();
      for (const Json& token : choice.items) choices_.back().push_back(static_cast<int64_t>(token.number()));
    }
  }

  const Floats& b() const { return b_; }
  size_t examples() const { return static_cast<size_t>(app_["examples_per_step"].number()); }
  size_t numbers_of_noise() const { return static_cast<size_t>(app_["queries"].number()) * b_.size(); }
  bool is_signs() const { return app_["noise"].text == "rademacher"; }
  double learning_rate() const { return app_["learning_rate"].number(); }

  // One step on some rows, from the given one on. Gives the loss without noise, or the mean over the copies where all have noise.
  double step(size_t first, Floats noise, double rate) {
    std::vector<const Row*> some;
    for (size_t i = 0; i < examples(); ++i) some.push_back(&rows_[(first + i) % rows_.size()]);
    const auto& copies = app_["copies"].items;
    Method& method = feed("step_", some, copies.size());
    Longs queries;
    Floats coefficients;
    const auto epsilon = static_cast<float>(app_["epsilon"].number());
    for (const Json& copy : copies) {
      queries.push_back(static_cast<int64_t>(copy["query"].number()));
      coefficients.push_back(static_cast<float>(copy["coefficient"].number()) * epsilon);
    }
    method.set("query_index", queries);
    method.set("coefficients", coefficients);
    method.set("epsilon", Floats{epsilon});
    method.set("learning_rate", Floats{static_cast<float>(rate)});
    method.set("noise", std::move(noise));
    method.run();
    b_ = method.output("adapter.b.next");
    const Floats losses = method.output("losses");
    const auto clean = std::find(coefficients.begin(), coefficients.end(), 0.0f) - coefficients.begin();
    if (clean < static_cast<std::ptrdiff_t>(losses.size())) return losses[static_cast<size_t>(clean)];
    double sum = 0;
    for (const float loss : losses) sum += loss;
    return sum / static_cast<double>(losses.size());
  }

  void print_score(const char* when) {
    size_t right = 0;
    double loss = 0;
    for (const Row& row : rows_) {
      Method& method = feed("score_", {&row}, 1);
      method.run();
      const Floats found = method.output("log_probabilities");
      std::vector<double> scores;  // of words of several tokens: the mean over their tokens
      for (size_t choice = 0, at = 0; choice < choices_.size(); ++choice) {
        const size_t tokens = is_sequences_ ? choices_[choice].size() : 1;
        double sum = 0;
        for (size_t i = 0; i < tokens; ++i) sum += found[at++];
        scores.push_back(sum / static_cast<double>(tokens));
      }
      const double best = *std::max_element(scores.begin(), scores.end());
      double total = 0;
      for (const double score : scores) total += std::exp(score - best);
      right += scores[row.label] == best;
      loss += (std::log(total) + best - scores[row.label]) / static_cast<double>(rows_.size());
    }
    std::printf("%s: %zu of %zu rows right, loss %.4f\n", when, right, rows_.size(), loss);
  }

 private:
  // Lays rows out as the program wants them: copy by copy, choice by choice, example by example.
  Method& feed(const std::string& kind, const std::vector<const Row*>& rows, size_t copies) {
    const size_t bucket = bucket_of(rows);
    Method& method = app_.method(kind + std::to_string(bucket));
    const size_t length = method.shape("positions")[1], answers = method.shape("answer_rows")[0];
    const size_t words = is_sequences_ ? choices_.size() : 1;
    Longs ids, positions, answer_rows, candidates, labels, kept;
    Floats weights(copies * rows.size() * choices_.size() * answers);
    for (size_t copy = 0; copy < copies; ++copy) {
      for (size_t word = 0; word < words; ++word) {
        for (size_t example = 0; example < rows.size(); ++example) {
          const Row& row = *rows[example];
          Longs tokens(row.prompt.begin() + static_cast<std::ptrdiff_t>(row.start), row.prompt.end());
          const Longs& word_ids = choices_[word];
          for (size_t i = 0; i < (is_sequences_ ? word_ids.size() : 1); ++i) {
            if (is_sequences_) {
              const size_t sum = (copy * rows.size() + example) * words + word;
              weights[sum * answers + answer_rows.size()] = 1.0f / static_cast<float>(word_ids.size());
              candidates.push_back(word_ids[i]);
            } else {
              for (const Longs& choice : choices_) candidates.push_back(choice[0]);
            }
            answer_rows.push_back(static_cast<int64_t>(ids.size() + row.prompt.size() - row.start - 1 + i));
          }
          // The last token of a word is only predicted.
          if (is_sequences_) tokens.insert(tokens.end(), word_ids.begin(), word_ids.end() - 1);
          if (tokens.size() > length) fail("a row is longer than " + std::to_string(length) + " tokens");
          tokens.resize(length);
          ids.insert(ids.end(), tokens.begin(), tokens.end());
          for (size_t i = 0; i < length; ++i) positions.push_back(static_cast<int64_t>(row.start + i));
          if (word == 0) labels.push_back(static_cast<int64_t>(row.label));
          if (word == 0 && copy == 0) kept.push_back(static_cast<int64_t>(row.start));
        }
      }
    }
    method.set("first_input_ids", ids);
    method.set("first_positions", positions);
    method.set("input_ids", std::move(ids));
    method.set("positions", std::move(positions));
    method.set("answer_rows", std::move(answer_rows));
    method.set("candidate_ids", std::move(candidates));
    method.set("answer_weights", std::move(weights));
    method.set("labels", std::move(labels));
    method.set("past_lengths", std::move(kept));
    method.set("adapter.a", a_);
    method.set("adapter.b", b_);
    for (size_t layer = 0; method.takes("past." + std::to_string(layer) + ".key"); ++layer) {
      for (const std::string part : {".key", ".value"}) {
        Floats joined;
        for (const Row* row : rows) {
          const Floats& of_row = prompt(*row, bucket).at("present." + std::to_string(layer) + part);
          joined.insert(joined.end(), of_row.begin(), of_row.end());
        }
        method.set("past." + std::to_string(layer) + part, std::move(joined));
      }
    }
    return method;
  }

  // The least length that all rows fit in: of what lies before the adapter where prompts are kept, else of the whole row.
  size_t bucket_of(const std::vector<const Row*>& rows) const {
    size_t needed = 1;
    for (const Row* row : rows) {
      size_t answer = 0;
      for (const Longs& choice : choices_) answer = std::max(answer, is_sequences_ ? choice.size() - 1 : 0);
      needed = std::max(needed, app_["scope"].text == "activated" ? row->start : row->prompt.size() + answer);
    }
    for (const Json& bucket : app_["buckets"].items) {
      if (static_cast<size_t>(bucket.number()) >= needed) return static_cast<size_t>(bucket.number());
    }
    fail("a row needs " + std::to_string(needed) + " tokens: more than the longest length of the export");
  }

  // Keys and values of a prompt, computed once for a length.
  const std::map<std::string, Floats>& prompt(const Row& row, size_t bucket) {
    auto& found = prompts_[{&row, bucket}];
    if (found.empty()) {
      Method& method = app_.method("prefix_" + std::to_string(bucket));
      Longs positions(bucket);
      for (size_t i = 0; i < bucket; ++i) positions[i] = static_cast<int64_t>(i);
      method.set("positions", std::move(positions));
      method.set("input_ids", Longs(row.prompt.begin(), row.prompt.begin() + static_cast<std::ptrdiff_t>(row.start)));
      method.run();
      for (const std::string& name : method.outputs()) found[name] = method.output(name);
    }
    return found;
  }

  App app_;
  std::vector<Row> rows_;
  Floats a_, b_;
  std::vector<Longs> choices_;
  bool is_sequences_ = false;  // words of several tokens: each is a row of its own
  std::map<std::pair<const Row*, size_t>, std::map<std::string, Floats>> prompts_;
};

}  // namespace

int main(int count, char** words) {
  if (count < 3 || count % 2 == 0) {
    fail("expected: host <app folder> <new adapter.b.bin> [--steps 50] [--schedule constant|linear] [--noise file]");
  }
  std::map<std::string, std::string> options{{"--steps", "50"}, {"--schedule", "constant"}, {"--noise", ""}};
  for (int i = 3; i < count; i += 2) {
    if (options.count(words[i]) == 0) fail(std::string("there is no option ") + words[i]);
    options[words[i]] = words[i + 1];
  }
  executorch::runtime::runtime_init();
  Host host(words[1]);
  const size_t steps = std::stoul(options["--steps"]);
  const Floats given = options["--noise"].empty() ? Floats() : read_floats(options["--noise"]);
  if (!given.empty() && given.size() < steps * host.numbers_of_noise()) fail("the file of noise is too short");
  Noise random(1, host.is_signs());
  host.print_score("before");
  double sum = 0;
  for (size_t step = 0; step < steps; ++step) {
    Floats noise(host.numbers_of_noise());
    for (size_t i = 0; i < noise.size(); ++i) noise[i] = given.empty() ? random.next() : given[step * noise.size() + i];
    const double left = options["--schedule"] == "linear" ? 1 - static_cast<double>(step) / static_cast<double>(steps) : 1;
    sum += host.step(step * host.examples(), std::move(noise), host.learning_rate() * left);
    if ((step + 1) % 10 == 0) {
      std::printf("step %zu: loss %.4f, the mean of 10 steps\n", step + 1, sum / 10);
      sum = 0;
    }
  }
  host.print_score("after");
  std::ofstream file(words[2], std::ios::binary);
  file.write(reinterpret_cast<const char*>(host.b().data()), static_cast<std::streamsize>(host.b().size() * sizeof(float)));
  if (!file.flush()) fail(std::string("cannot write ") + words[2]);
}
