#include "mobizo_executorch.h"

#include <executorch/extension/data_loader/mmap_data_loader.h>
#include <executorch/runtime/backend/interface.h>
#include <executorch/runtime/backend/options.h>
#include <executorch/runtime/core/named_data_map.h>
#include <executorch/runtime/executor/program.h>
#include <executorch/runtime/kernel/operator_registry.h>
#include <executorch/runtime/platform/platform.h>
#include <executorch/runtime/platform/runtime.h>

// Define MZ_ET_THREADPOOL=0 for a runtime that was built without extension_threadpool.
#ifndef MZ_ET_THREADPOOL
#define MZ_ET_THREADPOOL 1
#endif
#if MZ_ET_THREADPOOL
#include <executorch/extension/threadpool/threadpool.h>
#endif

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <vector>

#if defined(__unix__) || defined(__APPLE__)
#define MZ_ET_HAS_MADVISE 1
#include <sys/mman.h>
#include <unistd.h>
#else
#define MZ_ET_HAS_MADVISE 0
#endif

#ifndef MZ_ET_BUILT_AGAINST
#define MZ_ET_BUILT_AGAINST ""
#endif

namespace et = executorch::runtime;
using et::Error;
using executorch::aten::ScalarType;
using executorch::aten::Tensor;
using executorch::aten::TensorImpl;
using executorch::extension::MmapDataLoader;

namespace {

constexpr char kXnnpack[] = "XnnpackBackend";
constexpr int kOneWorkspace = 2;

// Delegates ask for cache lines; vector instructions of kernels are content with less.
constexpr size_t kAlignment = 64;

struct AlignedFree {
  void operator()(uint8_t* block) const { ::operator delete(block, std::align_val_t(kAlignment)); }
};
using AlignedBlock = std::unique_ptr<uint8_t, AlignedFree>;

AlignedBlock allocate_aligned(size_t size) {
  return AlignedBlock(static_cast<uint8_t*>(::operator new(size == 0 ? 1 : size, std::align_val_t(kAlignment))));
}

// The runtime's own allocators have a fixed size, which nobody knows before a method is loaded. This one grows.
class GrowingAllocator final : public et::MemoryAllocator {
 public:
  GrowingAllocator() : MemoryAllocator(0, nullptr) {}

  void* allocate(size_t size, size_t alignment = kDefaultAlignment) override {
    if (!isPowerOf2(alignment) || size > SIZE_MAX - alignment) {
      return nullptr;
    }
    // An exception must not cross the runtime, which may be built without them.
    try {
      blocks_.push_back(allocate_aligned(alignment > kAlignment ? size + alignment : size));
    } catch (const std::bad_alloc&) {
      return nullptr;
    }
    return alignPointer(blocks_.back().get(), alignment);
  }

  void reset() override { blocks_.clear(); }

 private:
  std::vector<AlignedBlock> blocks_;
};

// What the runtime logged as an error on this thread since the call began: it names the missing operator or the size that does not fit.
thread_local char t_logged[1024];

void keep(const char* message, size_t length) {
  const size_t used = std::strlen(t_logged);
  const char* separator = used == 0 ? "" : "; ";
  std::snprintf(t_logged + used, sizeof(t_logged) - used, "%s%.*s", separator, static_cast<int>(length), message);
}

void on_log(et_timestamp_t, et_pal_log_level_t level, const char* file, const char*, size_t line, const char* message, size_t length) {
  if (level == kError || level == kFatal) {
    keep(message, length);
  }
  static const char* const wanted = std::getenv("MOBIZO_EXECUTORCH_LOG");
  if (wanted != nullptr && *wanted != '\0') {
    std::fprintf(stderr, "[executorch %c %s:%zu] %.*s\n", static_cast<char>(level), file, line, static_cast<int>(length), message);
  }
}

// Two things of the standard library stand in the runtime's interfaces below: string_view, whose pointer and length stand in either order,
// and variant, whose index has one or four bytes. The runtime may be built with another library than this file.

std::string text_of(const executorch::aten::string_view& key) {
  static_assert(sizeof(key) == 2 * sizeof(uintptr_t), "a string_view is a pointer and a length");
  uintptr_t words[2];
  std::memcpy(words, &key, sizeof(words));
  // No name is as long as an address is large.
  return std::string(reinterpret_cast<const char*>(std::max(words[0], words[1])), std::min(words[0], words[1]));
}

// Makes the index of a variant at the start of `object` mean the same in one byte and in four.
void widen_index(void* object, size_t alternative_bytes) { std::memset(static_cast<char*>(object) + alternative_bytes + 1, 0, 3); }

template <typename Value>
void set_backend_option(const char* name, Value value) {
  et::BackendOption option;
  std::strncpy(option.key, name, sizeof(option.key) - 1);
  option.value = value;
  widen_index(&option.value, et::kMaxOptionValueLength);
  (void)et::set_option(kXnnpack, et::Span<et::BackendOption>(&option, 1));
}

void initialize() {
  static std::once_flag once;
  std::call_once(once, [] {
    et::runtime_init();
    et::register_pal(et::PalImpl::create(&on_log, __FILE__));
    // All methods of the process share what XNNPACK packed under one name, and the memory that its runs need. A release without one of the
    // options does without: that takes memory alone.
    set_backend_option("weight_cache_enabled", true);
    set_backend_option("workspace_sharing_mode", kOneWorkspace);
  });
}

// A failure on its way out: what was tried and the runtime's answer.
struct Failure {
  std::string what;
  Error code;
};

void check(Error code, const std::string& what) {
  if (code != Error::Ok) {
    throw Failure{what, code};
  }
}

template <typename T>
T& check(et::Result<T>& result, const std::string& what) {
  check(result.ok() ? Error::Ok : result.error(), what);
  return result.get();
}

// Runs the body of a call and turns what it throws into a code and a text.
template <typename Body>
int32_t guarded(char* error, int32_t capacity, Body body) {
  t_logged[0] = '\0';
  Error code = Error::Ok;
  const auto tell = [&](Error found, const char* what) {
    code = found;
    if (error != nullptr && capacity > 0) {
      const char* separator = t_logged[0] == '\0' ? "" : ": ";
      std::snprintf(error, static_cast<size_t>(capacity), "%s (%s, 0x%x)%s%s", what, et::to_string(found), static_cast<unsigned>(found),
                    separator, t_logged);
    }
  };
  try {
    initialize();
    body();
  } catch (const Failure& failure) {
    tell(failure.code, failure.what.c_str());
  } catch (const std::bad_alloc&) {
    tell(Error::MemoryAllocationFailed, "memory ran out");
  } catch (...) {
    tell(Error::Internal, "an exception came from the runtime");
  }
  return static_cast<int32_t>(code);
}

std::string numbered(const char* what, int32_t index) { return std::string(what) + " " + std::to_string(index); }

void check_index(const char* what, int32_t index, size_t count) {
  if (index < 0 || static_cast<size_t>(index) >= count) {
    throw Failure{numbered(what, index) + " was asked for, and there are " + std::to_string(count), Error::InvalidArgument};
  }
}

std::atomic<int> g_loaded_methods{0};

}  // namespace

struct mz_et_weights final : et::NamedDataMap {
  struct Data {
    const void* start;
    size_t bytes;
    bool mapped;
  };

  // Whole pages alone: those at the edges hold other data too.
  static void give_back(void*, void* start, size_t bytes) {
#if MZ_ET_HAS_MADVISE
    const auto page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
    const auto first = (reinterpret_cast<uintptr_t>(start) + page - 1) / page * page;
    const auto end = (reinterpret_cast<uintptr_t>(start) + bytes) / page * page;
    if (end > first) {
      (void)madvise(reinterpret_cast<void*>(first), end - first, MADV_DONTNEED);
    }
#else
    (void)start, (void)bytes;
#endif
  }

  et::Result<const et::TensorLayout> get_tensor_layout(executorch::aten::string_view) const override { return Error::NotSupported; }

  et::Result<et::FreeableBuffer> get_data(executorch::aten::string_view key) const override {
    const auto found = data.find(text_of(key));
    if (found == data.end()) {
      return Error::NotFound;
    }
    et::Result<et::FreeableBuffer> buffer(et::FreeableBuffer(found->second.start, found->second.bytes, found->second.mapped ? &give_back : nullptr));
    widen_index(&buffer.get(), 2 * sizeof(void*));
    return buffer;
  }

  Error load_data_into(executorch::aten::string_view key, void* buffer, size_t size) const override {
    const auto found = data.find(text_of(key));
    if (found == data.end() || found->second.bytes < size) {
      return Error::NotFound;
    }
    std::memcpy(buffer, found->second.start, size);
    return Error::Ok;
  }

  et::Result<uint32_t> get_num_keys() const override { return static_cast<uint32_t>(data.size()); }

  et::Result<const char*> get_key(uint32_t index) const override {
    if (index >= data.size()) {
      return Error::InvalidArgument;
    }
    return std::next(data.begin(), index)->first.c_str();
  }

  std::map<std::string, Data> data;
};

struct mz_et_program {
  // The program reads from its loader, and is destroyed before it.
  std::unique_ptr<MmapDataLoader> loader;
  std::unique_ptr<et::Program> program;
};

struct mz_et_method {
  mz_et_method() { ++g_loaded_methods; }
  ~mz_et_method() { --g_loaded_methods; }

  GrowingAllocator method_allocator;
  GrowingAllocator temporary_allocator;
  std::vector<AlignedBlock> planned_blocks;
  std::vector<et::Span<uint8_t>> planned_spans;
  std::unique_ptr<et::HierarchicalAllocator> planned_memory;
  std::unique_ptr<et::MemoryManager> manager;
  // Last, because it points into everything above.
  std::unique_ptr<et::Method> method;
};

namespace {

void describe(et::Result<et::TensorInfo> found, const std::string& name, mz_et_tensor_info* info) {
  const et::TensorInfo& tensor = check(found, "cannot describe " + name);
  const auto sizes = tensor.sizes();
  if (sizes.size() > MZ_ET_MOST_DIMENSIONS) {
    throw Failure{name + " has " + std::to_string(sizes.size()) + " dimensions", Error::NotSupported};
  }
  *info = {};
  info->scalar_type = static_cast<int32_t>(tensor.scalar_type());
  info->rank = static_cast<int32_t>(sizes.size());
  info->memory_planned = tensor.is_memory_planned() ? 1 : 0;
  info->bytes = static_cast<int64_t>(tensor.nbytes());
  for (size_t i = 0; i < sizes.size(); ++i) {
    info->sizes[i] = sizes[i];
  }
}

}  // namespace

int32_t mz_et_version(mz_et_version_info* info, char* error, int32_t capacity) {
  return guarded(error, capacity, [&] {
    *info = {};
    info->api = MZ_ET_API;
    info->kernels = static_cast<int32_t>(et::get_registered_kernels().size());
    info->backends = static_cast<int32_t>(et::get_num_registered_backends());
    info->has_xnnpack = et::get_backend_class(kXnnpack) != nullptr ? 1 : 0;
    std::snprintf(info->built_against, sizeof(info->built_against), "%s", MZ_ET_BUILT_AGAINST);
  });
}

int32_t mz_et_threads(int32_t count, char* error, int32_t capacity) {
  return guarded(error, capacity, [&] {
    if (count < 1) {
      throw Failure{"a pool of " + std::to_string(count) + " threads was asked for", Error::InvalidArgument};
    }
    if (g_loaded_methods != 0) {
      throw Failure{"the number of threads cannot change while a method is loaded", Error::InvalidState};
    }
#if MZ_ET_THREADPOOL
    auto* pool = executorch::extension::threadpool::get_threadpool();
    if (pool == nullptr) {
      throw Failure{"the runtime has no pool of threads", Error::NotSupported};
    }
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
    if (pool->get_thread_count() != static_cast<size_t>(count) && !pool->_unsafe_reset_threadpool(static_cast<uint32_t>(count))) {
      throw Failure{"the pool of threads cannot get " + std::to_string(count) + " threads", Error::Internal};
    }
#pragma GCC diagnostic pop
#else
    throw Failure{"the runtime was built without a pool of threads", Error::NotSupported};
#endif
  });
}

int32_t mz_et_open(const char* path, mz_et_program** program, char* error, int32_t capacity) {
  return guarded(error, capacity, [&] {
    *program = nullptr;
    auto opened = std::make_unique<mz_et_program>();
    auto loader = MmapDataLoader::from(path, MmapDataLoader::MlockConfig::NoMlock);
    opened->loader = std::make_unique<MmapDataLoader>(std::move(check(loader, "the file cannot be opened")));
    auto loaded = et::Program::load(opened->loader.get(), et::Program::Verification::InternalConsistency);
    opened->program = std::make_unique<et::Program>(std::move(check(loaded, "the file is no program of this runtime")));
    *program = opened.release();
  });
}

void mz_et_close(mz_et_program* program) { delete program; }

int32_t mz_et_method_count(const mz_et_program* program, int32_t* count, char* error, int32_t capacity) {
  return guarded(error, capacity, [&] { *count = static_cast<int32_t>(program->program->num_methods()); });
}

int32_t mz_et_method_name(const mz_et_program* program, int32_t index, const char** name, char* error, int32_t capacity) {
  return guarded(error, capacity, [&] {
    check_index("method", index, program->program->num_methods());
    auto found = program->program->get_method_name(static_cast<size_t>(index));
    *name = check(found, numbered("there is no name of method", index));
  });
}

int32_t mz_et_weights_create(mz_et_weights** weights, char* error, int32_t capacity) {
  return guarded(error, capacity, [&] {
    *weights = nullptr;
    *weights = new mz_et_weights();
  });
}

int32_t mz_et_weights_add(mz_et_weights* weights, const char* name, const void* data, int64_t bytes, int32_t mapped, char* error,
                          int32_t capacity) {
  return guarded(error, capacity, [&] {
    if (data == nullptr || bytes < 1) {
      throw Failure{std::string("there is no data for ") + name, Error::InvalidArgument};
    }
    weights->data[name] = {data, static_cast<size_t>(bytes), mapped != 0};
  });
}

void mz_et_weights_destroy(mz_et_weights* weights) { delete weights; }

int32_t mz_et_load(mz_et_program* program, const char* name, const mz_et_weights* weights, mz_et_method** method, char* error,
                   int32_t capacity) {
  return guarded(error, capacity, [&] {
    *method = nullptr;
    auto described = program->program->method_meta(name);
    const et::MethodMeta& meta = check(described, std::string("the program has no method ") + name);
    auto loaded = std::make_unique<mz_et_method>();
    for (size_t i = 0; i < meta.num_memory_planned_buffers(); ++i) {
      auto size = meta.memory_planned_buffer_size(i);
      const auto bytes = static_cast<size_t>(check(size, "the size of the planned memory is missing"));
      loaded->planned_blocks.push_back(allocate_aligned(bytes));
      loaded->planned_spans.emplace_back(loaded->planned_blocks.back().get(), bytes);
    }
    loaded->planned_memory = std::make_unique<et::HierarchicalAllocator>(
        et::Span<et::Span<uint8_t>>(loaded->planned_spans.data(), loaded->planned_spans.size()));
    loaded->manager =
        std::make_unique<et::MemoryManager>(&loaded->method_allocator, loaded->planned_memory.get(), &loaded->temporary_allocator);
    auto made = program->program->load_method(name, loaded->manager.get(), nullptr, weights);
    loaded->method = std::make_unique<et::Method>(std::move(check(made, std::string("cannot load method ") + name)));
    *method = loaded.release();
  });
}

void mz_et_unload(mz_et_method* method) { delete method; }

int32_t mz_et_input_count(const mz_et_method* method, int32_t* count, char* error, int32_t capacity) {
  return guarded(error, capacity, [&] { *count = static_cast<int32_t>(method->method->inputs_size()); });
}

int32_t mz_et_output_count(const mz_et_method* method, int32_t* count, char* error, int32_t capacity) {
  return guarded(error, capacity, [&] { *count = static_cast<int32_t>(method->method->outputs_size()); });
}

int32_t mz_et_input_info(const mz_et_method* method, int32_t index, mz_et_tensor_info* info, char* error, int32_t capacity) {
  return guarded(error, capacity, [&] {
    check_index("input", index, method->method->inputs_size());
    describe(method->method->method_meta().input_tensor_meta(static_cast<size_t>(index)), numbered("input", index), info);
  });
}

int32_t mz_et_output_info(const mz_et_method* method, int32_t index, mz_et_tensor_info* info, char* error, int32_t capacity) {
  return guarded(error, capacity, [&] {
    check_index("output", index, method->method->outputs_size());
    describe(method->method->method_meta().output_tensor_meta(static_cast<size_t>(index)), numbered("output", index), info);
  });
}

int32_t mz_et_set_input(mz_et_method* method, int32_t index, int32_t scalar_type, int32_t rank, const int64_t* sizes, void* data,
                        char* error, int32_t capacity) {
  return guarded(error, capacity, [&] {
    check_index("input", index, method->method->inputs_size());
    if (rank < 0 || rank > MZ_ET_MOST_DIMENSIONS) {
      throw Failure{numbered("input", index) + " was given " + std::to_string(rank) + " dimensions", Error::InvalidArgument};
    }
    int32_t dimensions[MZ_ET_MOST_DIMENSIONS];
    uint8_t order[MZ_ET_MOST_DIMENSIONS];
    int32_t strides[MZ_ET_MOST_DIMENSIONS];
    int64_t count = 1;
    for (int32_t i = rank - 1; i >= 0; --i) {
      dimensions[i] = static_cast<int32_t>(sizes[i]);
      order[i] = static_cast<uint8_t>(i);
      strides[i] = static_cast<int32_t>(count);
      count *= sizes[i];
      if (sizes[i] < 0 || sizes[i] > INT32_MAX || count > INT32_MAX) {
        throw Failure{numbered("input", index) + " was given sizes beyond the runtime's", Error::InvalidArgument};
      }
    }
    if (data == nullptr && count > 0) {
      throw Failure{numbered("input", index) + " was given no data", Error::InvalidArgument};
    }
    // The method copies what this says, and keeps the pointer to the data alone.
    TensorImpl tensor(static_cast<ScalarType>(scalar_type), rank, dimensions, data, order, strides);
    check(method->method->set_input(et::EValue(Tensor(&tensor)), static_cast<size_t>(index)), numbered("cannot set input", index));
  });
}

int32_t mz_et_execute(mz_et_method* method, char* error, int32_t capacity) {
  return guarded(error, capacity, [&] {
    const Error code = method->method->execute();
    method->temporary_allocator.reset();
    check(code, "the method failed");
  });
}

int32_t mz_et_output(const mz_et_method* method, int32_t index, const void** data, int64_t* bytes, char* error, int32_t capacity) {
  return guarded(error, capacity, [&] {
    check_index("output", index, method->method->outputs_size());
    const et::EValue& value = method->method->get_output(static_cast<size_t>(index));
    if (!value.isTensor()) {
      throw Failure{numbered("output", index) + " is no tensor", Error::InvalidType};
    }
    *data = value.toTensor().const_data_ptr();
    *bytes = static_cast<int64_t>(value.toTensor().nbytes());
  });
}
