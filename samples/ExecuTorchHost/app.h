// The folder of an app: program.json, and methods of model.pte whose inputs and outputs have names.
#pragma once

#include <executorch/extension/data_loader/mmap_data_loader.h>
#include <executorch/runtime/executor/program.h>
#include <executorch/runtime/platform/runtime.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <vector>

using Floats = std::vector<float>;
using Longs = std::vector<int64_t>;

// The runtime may bring a library for exceptions of its own, so that the host throws none.
[[noreturn]] inline void fail(const std::string& what) {
  std::fprintf(stderr, "%s\n", what.c_str());
  std::exit(1);
}

inline std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) fail("cannot read " + path);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

inline Floats read_floats(const std::string& path) {
  const std::string bytes = read_file(path);
  Floats values(bytes.size() / sizeof(float));
  std::memcpy(values.data(), bytes.data(), values.size() * sizeof(float));
  return values;
}

// As much of JSON as program.json needs: objects, lists, texts, numbers.
struct Json {
  explicit Json(const char*& at) {
    const auto skip = [&] { at += std::strspn(at, " \r\n\t,:"); };
    skip();
    if (*at == '{' || *at == '[') {
      const bool has_keys = *at++ == '{';
      for (skip(); *at != '}' && *at != ']'; skip()) {
        if (*at == '\0') fail("program.json ends too early");
        if (has_keys) keys.push_back(Json(at).text);
        items.push_back(Json(at));
      }
      ++at;
    } else if (*at == '"') {
      for (++at; *at != '"' && *at != '\0'; ++at) text += *at;
      at += *at == '"';
    } else {
      const size_t length = std::strcspn(at, ",]} \r\n\t");
      text.assign(at, length);
      at += length;
    }
  }

  const Json& operator[](const std::string& key) const {
    const auto found = std::find(keys.begin(), keys.end(), key);
    if (found == keys.end()) fail("program.json has no " + key);
    return items[static_cast<size_t>(found - keys.begin())];
  }
  double number() const { return std::stod(text); }

  std::string text;
  std::vector<std::string> keys;
  std::vector<Json> items;
};

// The runtime's own allocators have a fixed size, which nobody knows before a method is loaded. This one grows.
class Memory final : public executorch::runtime::MemoryAllocator {
 public:
  Memory() : MemoryAllocator(0, nullptr) {}
  void* allocate(size_t size, size_t alignment = 64) override {
    blocks_.push_back(std::make_unique<uint8_t[]>(size + std::max<size_t>(alignment, 64)));
    return alignPointer(blocks_.back().get(), std::max<size_t>(alignment, 64));
  }
  void reset() override { blocks_.clear(); }

 private:
  std::vector<std::unique_ptr<uint8_t[]>> blocks_;
};

// A method. No type of the standard library is given to the runtime, which may be built with another one.
class Method {
 public:
  Method(const executorch::runtime::Program& program, const Json& about) : about_(about) {
    namespace et = executorch::runtime;
    const std::string& name = about["name"].text;
    auto meta = program.method_meta(name.c_str());
    if (!meta.ok()) fail("there is no method " + name);
    for (size_t i = 0; i < meta->num_memory_planned_buffers(); ++i) {
      const auto size = static_cast<size_t>(meta->memory_planned_buffer_size(i).get());
      planned_.emplace_back(static_cast<uint8_t*>(memory_.allocate(size)), size);
    }
    arenas_ = std::make_unique<et::HierarchicalAllocator>(et::Span<et::Span<uint8_t>>(planned_.data(), planned_.size()));
    manager_ = std::make_unique<et::MemoryManager>(&memory_, arenas_.get(), &temporary_);
    auto loaded = program.load_method(name.c_str(), manager_.get());
    if (!loaded.ok()) fail("cannot load " + name + ": " + et::to_string(loaded.error()));
    method_ = std::make_unique<et::Method>(std::move(loaded.get()));
    for (const Json& input : about["inputs"].items) inputs_.emplace(input["name"].text, input);
  }

  // The extents of an input.
  std::vector<size_t> shape(const std::string& name) const {
    std::vector<size_t> extents;
    for (const Json& extent : inputs_.at(name).about["shape"].items) extents.push_back(static_cast<size_t>(extent.number()));
    return extents;
  }
  bool takes(const std::string& name) const { return inputs_.count(name) > 0; }

  // Gives an input its values: fewer are filled up with zeros, more are cut. What the method does not take is left out.
  void set(const std::string& name, Floats values) { give(name, &Input::floats, std::move(values)); }
  void set(const std::string& name, Longs values) { give(name, &Input::longs, std::move(values)); }

  void run() {
    namespace aten = executorch::aten;
    size_t index = 0;
    for (const Json& input : about_["inputs"].items) {
      Input& given = inputs_.at(input["name"].text);
      const bool is_float = input["type"].text == "float32";
      void* data = is_float ? static_cast<void*>(given.floats.data()) : given.longs.data();
      std::vector<int32_t> sizes, strides;
      std::vector<uint8_t> order;
      for (const size_t extent : shape(input["name"].text)) sizes.push_back(static_cast<int32_t>(extent));
      strides.resize(sizes.size(), 1);
      for (size_t i = sizes.size(); i-- > 1;) strides[i - 1] = strides[i] * sizes[i];
      for (size_t i = 0; i < sizes.size(); ++i) order.push_back(static_cast<uint8_t>(i));
      aten::TensorImpl tensor(is_float ? aten::ScalarType::Float : aten::ScalarType::Long, static_cast<ssize_t>(sizes.size()),
                              sizes.data(), data, order.data(), strides.data());
      check(method_->set_input(executorch::runtime::EValue(aten::Tensor(&tensor)), index++), "input " + input["name"].text);
    }
    check(method_->execute(), about_["name"].text);
    temporary_.reset();
  }

  std::vector<std::string> outputs() const {
    std::vector<std::string> names;
    for (const Json& output : about_["outputs"].items) names.push_back(output["name"].text);
    return names;
  }

  Floats output(const std::string& name) const {
    size_t index = 0;
    for (const Json& output : about_["outputs"].items) {
      if (output["name"].text == name) {
        const auto& tensor = method_->get_output(index).toTensor();
        return Floats(tensor.const_data_ptr<float>(), tensor.const_data_ptr<float>() + tensor.numel());
      }
      ++index;
    }
    fail("there is no output " + name);
  }

 private:
  struct Input {
    explicit Input(const Json& described) : about(described) {
      size_t count = 1;
      for (const Json& extent : described["shape"].items) count *= static_cast<size_t>(extent.number());
      (described["type"].text == "float32" ? floats.resize(count) : longs.resize(count));
    }
    const Json& about;
    Floats floats;
    Longs longs;
  };

  template <typename Values>
  void give(const std::string& name, Values Input::*where, Values values) {
    const auto found = inputs_.find(name);
    if (found == inputs_.end()) return;
    values.resize((found->second.*where).size());
    found->second.*where = std::move(values);
  }

  void check(executorch::runtime::Error code, const std::string& what) const {
    if (code != executorch::runtime::Error::Ok) fail(what + " failed: " + executorch::runtime::to_string(code));
  }

  const Json& about_;
  std::map<std::string, Input> inputs_;
  Memory memory_, temporary_;
  std::vector<executorch::runtime::Span<uint8_t>> planned_;
  std::unique_ptr<executorch::runtime::HierarchicalAllocator> arenas_;
  std::unique_ptr<executorch::runtime::MemoryManager> manager_;
  std::unique_ptr<executorch::runtime::Method> method_;
};

// The folder, with methods loaded when they are first asked for.
class App {
 public:
  explicit App(const std::string& folder)
      : folder_(folder), json_(read_file(folder + "/program.json")), at_(json_.c_str()), about_(at_), loader_(open()), program_(load()) {}

  const Json& operator[](const std::string& key) const { return about_[key]; }
  Floats floats(const std::string& file) const { return read_floats(folder_ + "/" + file); }

  Method& method(const std::string& name) {
    auto& found = methods_[name];
    for (const Json& about : about_["methods"].items) {
      if (found == nullptr && about["name"].text == name) found = std::make_unique<Method>(program_, about);
    }
    if (found == nullptr) fail("program.json has no method " + name);
    return *found;
  }

 private:
  executorch::extension::MmapDataLoader open() const {
    auto opened = executorch::extension::MmapDataLoader::from((folder_ + "/" + about_["file"].text).c_str(),
                                                              executorch::extension::MmapDataLoader::MlockConfig::NoMlock);
    if (!opened.ok()) fail("cannot open " + about_["file"].text);
    return std::move(opened.get());
  }
  executorch::runtime::Program load() {
    auto loaded = executorch::runtime::Program::load(&loader_);
    if (!loaded.ok()) fail("this runtime does not take " + about_["file"].text);
    return std::move(loaded.get());
  }

  std::string folder_, json_;
  const char* at_;
  Json about_;
  executorch::extension::MmapDataLoader loader_;
  executorch::runtime::Program program_;
  std::map<std::string, std::unique_ptr<Method>> methods_;
};
