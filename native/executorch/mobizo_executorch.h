// A plain C interface over Program, Method and MemoryManager of ExecuTorch. No type of the C++ library stands in a signature, so that
// this file and the runtime may be built by different compilers.
//
// Every call returns 0, or the runtime's error code (executorch/runtime/core/error.h), and then writes to `error` what failed, the name of
// the runtime's error and what the runtime logged about it: UTF-8, cut to `capacity` bytes, always ended by 0.
//
// A program may be used by several threads; a method by one thread at a time. A program is closed after its methods are unloaded.
#ifndef MOBIZO_EXECUTORCH_H
#define MOBIZO_EXECUTORCH_H

#include <stdint.h>

#if defined(_WIN32)
#define MZ_ET_EXPORT __declspec(dllexport)
#else
#define MZ_ET_EXPORT __attribute__((visibility("default")))
#endif

// Counts up when a function or a structure below changes.
#define MZ_ET_API 2
#define MZ_ET_MOST_DIMENSIONS 16

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mz_et_program mz_et_program;
typedef struct mz_et_method mz_et_method;
typedef struct mz_et_weights mz_et_weights;

typedef struct {
  int32_t api;          // MZ_ET_API of the shim
  int32_t kernels;      // registered kernels
  int32_t backends;     // registered delegates
  int32_t has_xnnpack;  // 1 when XnnpackBackend is one of them
  char built_against[64];  // the version of the headers, or empty when nobody told it
} mz_et_version_info;

typedef struct {
  int32_t scalar_type;    // ScalarType of ExecuTorch: 0 uint8, 1 int8, 3 int32, 4 int64, 5 half, 6 float, 7 double, 11 bool, 15 bfloat16
  int32_t rank;           // sizes in use
  int32_t memory_planned; // 1: the program has memory of its own for the tensor; 0: an input shares the caller's memory
  int32_t reserved;
  int64_t bytes;
  int64_t sizes[MZ_ET_MOST_DIMENSIONS];
} mz_et_tensor_info;

MZ_ET_EXPORT int32_t mz_et_version(mz_et_version_info* info, char* error, int32_t capacity);

// Sets the number of threads of the runtime's pool, at least 1. Delegates keep the pool they were loaded with, so that this is refused
// (InvalidState) while a method is loaded. A library without a pool says NotSupported.
MZ_ET_EXPORT int32_t mz_et_threads(int32_t count, char* error, int32_t capacity);

// The file is mapped, not read, and must stay unchanged until the program is closed.
MZ_ET_EXPORT int32_t mz_et_open(const char* path, mz_et_program** program, char* error, int32_t capacity);
MZ_ET_EXPORT void mz_et_close(mz_et_program* program);
MZ_ET_EXPORT int32_t mz_et_method_count(const mz_et_program* program, int32_t* count, char* error, int32_t capacity);
// The name lives as long as the program.
MZ_ET_EXPORT int32_t mz_et_method_name(const mz_et_program* program, int32_t index, const char** name, char* error, int32_t capacity);

// Data outside of programs, which delegates ask for by name while a method is loaded. It is used in place and must stay until the last method
// that was loaded with it is unloaded. A name that is known already gets the new data. `mapped` is 1 for data of a mapped file: when the
// delegate has its own copy, the pages are given back to the system, which reads them again when somebody asks.
MZ_ET_EXPORT int32_t mz_et_weights_create(mz_et_weights** weights, char* error, int32_t capacity);
MZ_ET_EXPORT int32_t mz_et_weights_add(mz_et_weights* weights, const char* name, const void* data, int64_t bytes, int32_t mapped,
                                       char* error, int32_t capacity);
MZ_ET_EXPORT void mz_et_weights_destroy(mz_et_weights* weights);

// `weights` may be null: the program has its data in it.
MZ_ET_EXPORT int32_t mz_et_load(mz_et_program* program, const char* name, const mz_et_weights* weights, mz_et_method** method, char* error,
                                int32_t capacity);
MZ_ET_EXPORT void mz_et_unload(mz_et_method* method);

MZ_ET_EXPORT int32_t mz_et_input_count(const mz_et_method* method, int32_t* count, char* error, int32_t capacity);
MZ_ET_EXPORT int32_t mz_et_output_count(const mz_et_method* method, int32_t* count, char* error, int32_t capacity);
MZ_ET_EXPORT int32_t mz_et_input_info(const mz_et_method* method, int32_t index, mz_et_tensor_info* info, char* error, int32_t capacity);
MZ_ET_EXPORT int32_t mz_et_output_info(const mz_et_method* method, int32_t index, mz_et_tensor_info* info, char* error, int32_t capacity);

// `data` is used in place, by this and every later execution, when the program plans no memory for the input; otherwise it is copied now.
MZ_ET_EXPORT int32_t mz_et_set_input(mz_et_method* method, int32_t index, int32_t scalar_type, int32_t rank, const int64_t* sizes,
                                     void* data, char* error, int32_t capacity);
MZ_ET_EXPORT int32_t mz_et_execute(mz_et_method* method, char* error, int32_t capacity);
// The data stays until the next execution or until the method is unloaded.
MZ_ET_EXPORT int32_t mz_et_output(const mz_et_method* method, int32_t index, const void** data, int64_t* bytes, char* error,
                                  int32_t capacity);

#ifdef __cplusplus
}
#endif

#endif
