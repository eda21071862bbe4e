/*===- npz.c - Reading and writing numpy arrays ===*\
 *
 * Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
 *
 *===------------------------------------------------------------------------===*
 *
 * A zip file is read from its end: the central directory says where each member
 * begins and how long it is. Nothing in the file is trusted: every offset is
 * checked against the file's size before it is used.
 *
\*===------------------------------------------------------------------------===*/

#include "npz.h"

#include "model.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
  const uint8_t *bytes;
  size_t size;
  const char *path;
} file_view;

static uint32_t read16(const uint8_t *p) { return p[0] | (uint32_t)p[1] << 8; }
static uint32_t read32(const uint8_t *p) {
  return read16(p) | read16(p + 2) << 16;
}

static int bad(const file_view *file, const char *what) {
  return -(int)quantc_fail(QUANTC_INVALID_ARGUMENT, "%s: %s", file->path, what);
}

/*===-- .npy ----------------------------------------------------------------===*/

static int parseDtype(const char *descr, DLDataType *type) {
  static const char kinds[] = "iufb";
  static const uint8_t codes[] = {kDLInt, kDLUInt, kDLFloat, kDLBool};
  if (*descr == '<' || *descr == '|' || *descr == '=')
    ++descr;
  const char *kind = *descr ? strchr(kinds, *descr) : NULL;
  int bytes = kind ? atoi(descr + 1) : 0;
  if (!kind || (bytes != 1 && bytes != 2 && bytes != 4 && bytes != 8))
    return -1;
  type->code = codes[kind - kinds];
  type->bits = (uint8_t)(bytes * 8);
  type->lanes = 1;
  return 0;
}

/* The text after "'key': " in the header's dictionary, or NULL. */
static const char *findKey(const char *header, const char *key) {
  char quoted[32];
  snprintf(quoted, sizeof(quoted), "'%s':", key);
  const char *at = strstr(header, quoted);
  if (!at)
    return NULL;
  at += strlen(quoted);
  while (*at == ' ')
    ++at;
  return at;
}

static int parseShape(const char *text, quantc_array *array) {
  if (*text++ != '(')
    return -1;
  array->ndim = 0;
  for (;;) {
    while (*text == ' ' || *text == ',')
      ++text;
    if (*text == ')')
      return 0;
    char *end;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    if (end == text || value < 0 || errno || array->ndim == QUANTC_MAX_RANK)
      return -1;
    array->shape[array->ndim++] = value;
    text = end;
  }
}

static int parseHeader(const file_view *file, const char *header,
                       quantc_array *array) {
  const char *descr = findKey(header, "descr");
  const char *order = findKey(header, "fortran_order");
  const char *shape = findKey(header, "shape");
  if (!descr || !order || !shape || *descr != '\'')
    return bad(file, "not a plain array (structured or damaged header)");
  if (descr[1] == 'O')
    return bad(file, "object arrays are refused (pickle)");
  if (descr[1] == '>')
    return bad(file, "big-endian arrays are not supported");
  if (strncmp(order, "False", 5))
    return bad(file, "Fortran order is not supported; save "
                     "numpy.ascontiguousarray(x)");
  if (parseDtype(descr + 1, &array->dtype))
    return bad(file, "element type is not supported");
  return parseShape(shape, array) ? bad(file, "malformed shape") : 0;
}

/* An element takes whole bytes. */
static int elementBytes(const quantc_array *array) {
  return (array->dtype.bits + 7) / 8;
}

static int64_t byteCount(const quantc_array *array) {
  int64_t bytes = elementBytes(array);
  for (int d = 0; d < array->ndim; ++d)
    if (__builtin_mul_overflow(bytes, array->shape[d], &bytes))
      return -1;
  return bytes;
}

static int parseNpy(const file_view *file, const uint8_t *p, size_t size,
                    quantc_array *array) {
  if (size < 12 || memcmp(p, "\x93NUMPY", 6))
    return bad(file, "not a numpy array");
  size_t start = p[6] == 1 ? 10 : 12;
  size_t length = p[6] == 1 ? read16(p + 8) : read32(p + 8);
  if (length > (1u << 20) || start + length > size)
    return bad(file, "the header is longer than the file");
  char *header = malloc(length + 1);
  if (!header)
    return bad(file, "out of memory");
  memcpy(header, p + start, length);
  header[length] = 0;
  int status = parseHeader(file, header, array);
  free(header);
  if (status)
    return status;
  int64_t bytes = byteCount(array);
  if (bytes < 0 || (uint64_t)bytes > size - start - length)
    return bad(file, "the array is longer than the file (truncated?)");
  array->data = aligned_alloc(64, ((size_t)bytes + 127) / 64 * 64);
  if (!array->data)
    return bad(file, "out of memory");
  memcpy(array->data, p + start + length, (size_t)bytes);
  return 0;
}

/*===-- .npz ----------------------------------------------------------------===*/

/* Member data of a central directory entry, or NULL with a message. */
static const uint8_t *memberData(const file_view *file, const uint8_t *entry,
                                 size_t *size) {
  size_t offset = read32(entry + 42);
  *size = read32(entry + 24);
  if (read16(entry + 10) != 0) {
    bad(file, "compressed; save it with numpy.savez");
    return NULL;
  }
  if (offset + 30 > file->size || read32(file->bytes + offset) != 0x04034b50) {
    bad(file, "damaged zip directory");
    return NULL;
  }
  const uint8_t *local = file->bytes + offset;
  size_t start = offset + 30 + read16(local + 26) + read16(local + 28);
  if (start > file->size || *size > file->size - start) {
    bad(file, "a member is longer than the file");
    return NULL;
  }
  return file->bytes + start;
}

static int readMember(const file_view *file, const uint8_t *entry,
                      quantc_array *array) {
  size_t length = read16(entry + 28), size;
  const char *name = (const char *)entry + 46;
  if (length > 4 && !memcmp(name + length - 4, ".npy", 4))
    length -= 4;
  if (length >= sizeof(array->name))
    return bad(file, "a member's name is too long");
  memcpy(array->name, name, length);
  array->name[length] = 0;
  const uint8_t *data = memberData(file, entry, &size);
  return data ? parseNpy(file, data, size, array) : -1;
}

static int readZip(const file_view *file, quantc_array **arrays) {
  if (file->size < 22)
    return bad(file, "too short for a zip file");
  size_t end = file->size - 22;
  while (end && read32(file->bytes + end) != 0x06054b50)
    --end;
  if (read32(file->bytes + end) != 0x06054b50)
    return bad(file, "no zip directory (truncated?)");
  int count = (int)read16(file->bytes + end + 10);
  size_t at = read32(file->bytes + end + 16);
  *arrays = calloc((size_t)count + 1, sizeof(quantc_array));
  if (!*arrays)
    return bad(file, "out of memory");
  for (int i = 0; i < count; ++i) {
    const uint8_t *entry = file->bytes + at;
    if (at + 46 > end || read32(entry) != 0x02014b50 ||
        at + 46 + read16(entry + 28) > end) {
      quantc_free_arrays(*arrays, count);
      return bad(file, "damaged zip directory");
    }
    if (readMember(file, entry, &(*arrays)[i])) {
      quantc_free_arrays(*arrays, count);
      return -1;
    }
    at += 46 + read16(entry + 28) + read16(entry + 30) + read16(entry + 32);
  }
  return count;
}

static uint8_t *readFile(const char *path, size_t *size) {
  FILE *stream = fopen(path, "rb");
  if (!stream) {
    quantc_fail(QUANTC_IO_ERROR, "%s: %s", path, strerror(errno));
    return NULL;
  }
  uint8_t *bytes = NULL;
  long length = fseek(stream, 0, SEEK_END) ? -1 : ftell(stream);
  if (length >= 0 && !fseek(stream, 0, SEEK_SET))
    bytes = malloc((size_t)length + 1);
  if (bytes && fread(bytes, 1, (size_t)length, stream) != (size_t)length) {
    free(bytes);
    bytes = NULL;
  }
  if (!bytes)
    quantc_fail(QUANTC_IO_ERROR, "%s: cannot be read", path);
  fclose(stream);
  *size = (size_t)length;
  return bytes;
}

int quantc_read_arrays(const char *path, quantc_array **arrays) {
  size_t size;
  uint8_t *bytes = readFile(path, &size);
  if (!bytes)
    return -QUANTC_IO_ERROR;
  file_view file = {bytes, size, path};
  int count = -1;
  if (size >= 2 && !memcmp(bytes, "PK", 2)) {
    count = readZip(&file, arrays);
  } else {
    *arrays = calloc(1, sizeof(quantc_array));
    if (*arrays && !parseNpy(&file, bytes, size, *arrays))
      count = 1;
    else
      quantc_free_arrays(*arrays, 1);
  }
  free(bytes);
  return count;
}

void quantc_free_arrays(quantc_array *arrays, int count) {
  for (int i = 0; arrays && i < count; ++i)
    free(arrays[i].data);
  free(arrays);
}

/*===-- Writing -------------------------------------------------------------===*/

static uint32_t crcUpdate(uint32_t crc, const uint8_t *bytes, size_t size) {
  for (size_t i = 0; i < size; ++i) {
    crc ^= bytes[i];
    for (int bit = 0; bit < 8; ++bit)
      crc = crc >> 1 ^ (0xEDB88320u & -(crc & 1));
  }
  return crc;
}

static void put16(uint8_t *p, uint32_t v) {
  p[0] = (uint8_t)v;
  p[1] = (uint8_t)(v >> 8);
}
static void put32(uint8_t *p, uint32_t v) {
  put16(p, v);
  put16(p + 2, v >> 16);
}

/* The .npy header of `array`, padded so that data start at a multiple of 64. */
static int formatHeader(const quantc_array *array, char *header, size_t size) {
  static const char kinds[] = {[kDLInt] = 'i', [kDLUInt] = 'u',
                               [kDLFloat] = 'f', [kDLBfloat] = 'u',
                               [kDLBool] = 'b'};
  int bytes = elementBytes(array);
  int used = snprintf(header + 10, size - 10,
                      "{'descr': '%c%c%d', 'fortran_order': False, 'shape': (",
                      bytes == 1 ? '|' : '<', kinds[array->dtype.code], bytes);
  for (int d = 0; d < array->ndim; ++d)
    used += snprintf(header + 10 + used, size - 10 - (size_t)used, "%lld%s",
                     (long long)array->shape[d],
                     array->ndim == 1 || d + 1 < array->ndim ? ", " : "");
  used += snprintf(header + 10 + used, size - 10 - (size_t)used, "), }");
  int total = (10 + used + 1 + 63) / 64 * 64;
  memset(header + 10 + used, ' ', (size_t)(total - 10 - used));
  header[total - 1] = '\n';
  memcpy(header, "\x93NUMPY\x01\x00", 8);
  put16((uint8_t *)header + 8, (uint32_t)(total - 10));
  return total;
}

/* Fields shared by a member's local header (from 4) and directory entry (6). */
static void putMember(uint8_t *p, const char *name, uint32_t crc,
                      uint32_t size) {
  put16(p, 20);
  put32(p + 10, crc);
  put32(p + 14, size);
  put32(p + 18, size);
  put16(p + 22, (uint32_t)strlen(name) + 4);
}

static int writeMembers(FILE *stream, const quantc_array *arrays, int count) {
  uint8_t *directory = calloc((size_t)count + 1, 46 + 260);
  size_t used = 0, offset = 0;
  if (!directory)
    return -1;
  for (int i = 0; i < count; ++i) {
    char header[1024];
    uint8_t local[30] = "PK\3\4";
    int length = formatHeader(&arrays[i], header, sizeof(header));
    size_t bytes = (size_t)byteCount(&arrays[i]);
    uint32_t crc = crcUpdate(~0u, (uint8_t *)header, (size_t)length);
    crc = ~crcUpdate(crc, arrays[i].data, bytes);
    putMember(local + 4, arrays[i].name, crc, (uint32_t)(bytes + (size_t)length));
    uint8_t *entry = directory + used;
    memcpy(entry, "PK\1\2\24", 5);
    putMember(entry + 6, arrays[i].name, crc, (uint32_t)(bytes + (size_t)length));
    put32(entry + 42, (uint32_t)offset);
    used += 46 + (size_t)sprintf((char *)entry + 46, "%s.npy", arrays[i].name);
    fwrite(local, 1, 30, stream);
    fprintf(stream, "%s.npy", arrays[i].name);
    fwrite(header, 1, (size_t)length, stream);
    fwrite(arrays[i].data, 1, bytes, stream);
    offset += 30 + strlen(arrays[i].name) + 4 + (size_t)length + bytes;
  }
  uint8_t end[22] = "PK\5\6";
  put16(end + 8, (uint32_t)count);
  put16(end + 10, (uint32_t)count);
  put32(end + 12, (uint32_t)used);
  put32(end + 16, (uint32_t)offset);
  fwrite(directory, 1, used, stream);
  fwrite(end, 1, 22, stream);
  free(directory);
  return ferror(stream) ? -1 : 0;
}

/* What is at `path` already and must be written to, not replaced. */
static int isDevice(const char *path) {
  struct stat info;
  return !stat(path, &info) && !S_ISREG(info.st_mode);
}

int quantc_write_npz(const char *path, const quantc_array *arrays, int count) {
  char temporary[4096];
  int device = isDevice(path);
  if (snprintf(temporary, sizeof(temporary), "%s.tmp-%d", path,
               (int)getpid()) >= (int)sizeof(temporary))
    return quantc_fail(QUANTC_IO_ERROR, "%s: name too long", path), -1;
  FILE *stream = fopen(device ? path : temporary, "wb");
  int failed = !stream || writeMembers(stream, arrays, count) ||
               fflush(stream) || (!device && fsync(fileno(stream)));
  if (stream && fclose(stream))
    failed = 1;
  if (!failed && (device || !rename(temporary, path)))
    return 0;
  quantc_fail(QUANTC_IO_ERROR, "%s: %s", path, strerror(errno));
  if (stream && !device)
    unlink(temporary);
  return -1;
}
