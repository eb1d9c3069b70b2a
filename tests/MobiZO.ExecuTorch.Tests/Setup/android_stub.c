// What the Android library of ExecuTorch takes from Android's C library and glibc lacks. For tests on Linux only.
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int is_log_wanted(void) {
  const char* wanted = getenv("MOBIZO_EXECUTORCH_LOG");
  return wanted != NULL && *wanted != '\0';
}

int* __errno(void) { return &errno; }

// The runtime's log goes through the shim; these are other people's messages, such as those of XNNPACK.
static int tell(const char* tag, const char* format, va_list arguments) {
  if (is_log_wanted()) {
    fprintf(stderr, "[%s] ", tag == NULL ? "" : tag);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
  }
  return 0;
}

int __android_log_vprint(int priority, const char* tag, const char* format, va_list arguments) {
  (void)priority;
  return tell(tag, format, arguments);
}

int __android_log_print(int priority, const char* tag, const char* format, ...) {
  (void)priority;
  va_list arguments;
  va_start(arguments, format);
  tell(tag, format, arguments);
  va_end(arguments);
  return 0;
}

int __android_log_write(int priority, const char* tag, const char* message) {
  return __android_log_print(priority, tag, "%s", message);
}

void android_set_abort_message(const char* message) { fprintf(stderr, "abort: %s\n", message); }

void __assert2(const char* file, int line, const char* function, const char* message) {
  fprintf(stderr, "%s:%d: %s: %s\n", file, line, function, message);
  abort();
}

char* __gnu_strerror_r(int error, char* text, size_t size) { return strerror_r(error, text, size); }
char* __strchr_chk(const char* text, int c, size_t size) { return (void)size, strchr(text, c); }
char* __strrchr_chk(const char* text, int c, size_t size) { return (void)size, strrchr(text, c); }
size_t __strlen_chk(const char* text, size_t size) { return (void)size, strlen(text); }
ssize_t __write_chk(int file, const void* data, size_t count, size_t size) { return (void)size, write(file, data, count); }

int __system_property_get(const char* name, char* value) {
  (void)name;
  value[0] = '\0';
  return 0;
}

// Room for the standard streams of old Android versions. Only fflush is reached with them, which is renamed below.
char __sF[4096];

// The same names with other numbers or sizes. The set-up renames what the library imports.
long bioconf(int name) {
  switch (name) {
    case 0x27:
    case 0x28:
      return sysconf(_SC_PAGESIZE);
    case 0x60:
      return sysconf(_SC_NPROCESSORS_CONF);
    case 0x61:
      return sysconf(_SC_NPROCESSORS_ONLN);
    case 0x62:
      return sysconf(_SC_PHYS_PAGES);
    default:
      errno = EINVAL;
      return -1;
  }
}

// A set of signals has 8 bytes there and 128 here.
int bigfillset(unsigned long* set) {
  *set = ~0UL;
  return 0;
}

int bthread_sigmask(int how, const unsigned long* set, unsigned long* old) {
  (void)how, (void)set;
  if (old != NULL) {
    *old = 0;
  }
  return 0;
}

int bflush(void* stream) { return (void)stream, 0; }

// The runtime's libraries greet on standard error while they are loaded.
int bprintf(FILE* stream, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int written = stream == stderr && !is_log_wanted() ? 0 : vfprintf(stream, format, arguments);
  va_end(arguments);
  return written;
}
