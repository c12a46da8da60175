/* sendMany for the writers of plain sockets: one call per turn of the event loop hands the kernel what many sockets get.
 * Node-API, so that one build serves every version of Node. See src/gateways/transport/flow/turn-sender.ts. */
#include <node_api.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

#ifndef MSG_NOSIGNAL /* macOS: Node ignores SIGPIPE itself. */
#define MSG_NOSIGNAL 0
#endif

#define ARGUMENTS 6

/* Memory of a typed array of the wanted kind with at least `least` elements; NULL when it is none. */
static void *elements(napi_env env, napi_value value, napi_typedarray_type wanted, size_t least, size_t *length) {
  napi_typedarray_type type;
  napi_value buffer;
  size_t offset;
  void *data = NULL;
  if (napi_get_typedarray_info(env, value, &type, length, &data, &buffer, &offset) != napi_ok) return NULL;
  return type == wanted && *length >= least ? data : NULL;
}

/* sendMany(fds, count, arena, offsets, lengths, sent): sends arena[offsets[i] .. + lengths[i]] to fds[i] without waiting,
 * writes the bytes that the kernel took to sent[i] (none on any error), and returns how many were not taken whole. */
static napi_value send_many(napi_env env, napi_callback_info info) {
  napi_value args[ARGUMENTS], result;
  size_t argc = ARGUMENTS, room, size;
  uint32_t count = 0, unfinished = 0;
  napi_get_cb_info(env, info, &argc, args, NULL, NULL);
  if (argc == ARGUMENTS) napi_get_value_uint32(env, args[1], &count);
  const int32_t *fds = argc == ARGUMENTS ? elements(env, args[0], napi_int32_array, count, &room) : NULL;
  const uint8_t *arena = fds ? elements(env, args[2], napi_uint8_array, 0, &size) : NULL;
  const int32_t *offsets = arena ? elements(env, args[3], napi_int32_array, count, &room) : NULL;
  const int32_t *lengths = offsets ? elements(env, args[4], napi_int32_array, count, &room) : NULL;
  int32_t *sent = lengths ? elements(env, args[5], napi_int32_array, count, &room) : NULL;
  if (!sent) {
    napi_throw_type_error(env, NULL, "sendMany(fds, count, arena, offsets, lengths, sent)");
    return NULL;
  }
  for (uint32_t i = 0; i < count; i++) {
    int64_t from = offsets[i], length = lengths[i];
    ssize_t taken = -1;
    if (from >= 0 && length >= 0 && (uint64_t)(from + length) <= size)
      taken = send(fds[i], arena + from, (size_t)length, MSG_DONTWAIT | MSG_NOSIGNAL);
    sent[i] = taken > 0 ? (int32_t)taken : 0;
    if (sent[i] != length) unfinished++;
  }
  napi_create_uint32(env, unfinished, &result);
  return result;
}

NAPI_MODULE_INIT() {
  napi_value function;
  napi_create_function(env, "sendMany", NAPI_AUTO_LENGTH, send_many, NULL, &function);
  napi_set_named_property(env, exports, "sendMany", function);
  return exports;
}
