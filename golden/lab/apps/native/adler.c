#include <node_api.h>

/* adler(buffer) is the Adler-32 checksum of buffer. */
static napi_value adler(napi_env env, napi_callback_info info) {
  size_t argc = 1, length;
  napi_value arg, result;
  unsigned char *data;
  uint32_t a = 1, b = 0;

  napi_get_cb_info(env, info, &argc, &arg, NULL, NULL);
  if (napi_get_buffer_info(env, arg, (void **)&data, &length) != napi_ok) {
    napi_throw_type_error(env, NULL, "not a buffer");
    return NULL;
  }
  for (size_t i = 0; i < length; i++) {
    a = (a + data[i]) % 65521;
    b = (b + a) % 65521;
  }
  napi_create_uint32(env, b << 16 | a, &result);
  return result;
}

NAPI_MODULE_INIT() {
  napi_value fn;
  napi_create_function(env, "adler", NAPI_AUTO_LENGTH, adler, NULL, &fn);
  return fn;
}
