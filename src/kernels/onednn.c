/* SPDX-License-Identifier: MIT */
/* Makes, describes and runs primitives of oneDNN. There is one engine, which outlives them. */
#include "onednn.h"

#include <pthread.h>
#include <string.h>

static dnnl_engine_t engine;
static pthread_once_t engine_once = PTHREAD_ONCE_INIT;

static void make_engine(void)
{
    if (dnnl_engine_create(&engine, dnnl_cpu, 0) != dnnl_success)
        engine = NULL;
}

dnnl_engine_t bb__onednn_engine(void)
{
    pthread_once(&engine_once, make_engine);
    return engine;
}

/* After the destructors without a number, which destroy primitives. */
__attribute__((destructor(200))) static void destroy_engine(void)
{
    dnnl_engine_destroy(engine);
}

dnnl_primitive_t bb__onednn_primitive(dnnl_primitive_desc_t chosen)
{
    dnnl_primitive_t made = NULL;
    return dnnl_primitive_create(&made, chosen) == dnnl_success ? made : NULL;
}

const dnnl_memory_desc_t *bb__onednn_described(dnnl_primitive_t p, dnnl_query_t what)
{
    const_dnnl_primitive_desc_t chosen = NULL;
    return dnnl_primitive_get_primitive_desc(p, &chosen) == dnnl_success
               ? dnnl_primitive_desc_query_md(chosen, what, 0)
               : NULL;
}

bool bb__onednn_is_vector_kernel(const_dnnl_primitive_desc_t chosen)
{
    static const char *const names[] = {"jit", "brg"};
    const char *name = "";
    bool is_known = false;
    if (dnnl_primitive_desc_query(chosen, dnnl_query_impl_info_str, 0, &name) == dnnl_success)
        for (size_t i = 0; i < sizeof names / sizeof *names; i++)
            is_known = is_known || strncmp(name, names[i], strlen(names[i])) == 0;
    return is_known;
}

bool bb__onednn_execute(dnnl_primitive_t p, int count, const bb__onednn_argument *of)
{
    dnnl_exec_arg_t args[BB__ONEDNN_ARGUMENTS];
    dnnl_stream_t stream = NULL;
    int made = 0;
    bool ok = dnnl_stream_create(&stream, engine, dnnl_stream_default_flags) == dnnl_success;
    while (ok && made < count) {
        args[made].arg = of[made].name;
        ok = dnnl_memory_create(&args[made].memory, of[made].description, engine, of[made].data) ==
             dnnl_success;
        made += ok;
    }
    ok = ok && dnnl_primitive_execute(p, stream, count, args) == dnnl_success &&
         dnnl_stream_wait(stream) == dnnl_success;
    while (made > 0)
        dnnl_memory_destroy(args[--made].memory);
    dnnl_stream_destroy(stream);
    return ok;
}
