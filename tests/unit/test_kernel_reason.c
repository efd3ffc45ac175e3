/* collect: why a part of the kernel source is missing, said in the form that the screen takes apart. */
#include "collect/kernel_reason.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

/* A host on which nothing is missing, but the kernel refused all the same. */
static const struct kernel_scene able = {.major = 6,
                                         .minor = 1,
                                         .type_information = true,
                                         .may_load = true,
                                         .may_trace = true,
                                         .memory_bytes = 64 << 10,
                                         .number = EPERM};

static void tells(enum kernel_part part, const struct kernel_scene *scene, const char *sentence)
{
    struct error error = {0};
    kernel_reason_tell(part, scene, &error);
    assert_string_equal(error.text, sentence);
}

static void an_old_kernel_is_named_with_the_one_it_takes(void **state)
{
    (void)state;
    struct kernel_scene scene = able;
    scene.major = 5;
    scene.minor = 4;
    tells(KERNEL_LOCKS, &scene, "Linux 5.4: waits for file locks are not recorded; it takes Linux 5.8 or later");
    scene.minor = 10;
    tells(KERNEL_LISTING, &scene, "Linux 5.10: processes are listed by /proc alone; it takes Linux 5.15 or later");
}

static void missing_type_information_is_said(void **state)
{
    (void)state;
    struct kernel_scene scene = able;
    scene.type_information = false;
    tells(KERNEL_LOCKS, &scene,
          "no BTF: waits for file locks are not recorded; it takes a kernel with type information "
          "(CONFIG_DEBUG_INFO_BTF)");
}

static void the_capability_that_is_missing_is_named(void **state)
{
    (void)state;
    struct kernel_scene scene = able;
    scene.may_trace = false;
    tells(KERNEL_LIFECYCLE, &scene,
          "no CAP_PERFMON: starts, ends and signals are not recorded; use sudo, or setcap "
          "cap_bpf,cap_perfmon+ep (see culprit(1))");
    scene.may_load = false;
    tells(KERNEL_WAITS, &scene,
          "no CAP_BPF: waits between two looks are not recorded; use sudo, or setcap "
          "cap_bpf,cap_perfmon+ep (see culprit(1))");
}

static void a_locked_down_kernel_is_said(void **state)
{
    (void)state;
    struct kernel_scene scene = able;
    scene.locked_down = true;
    tells(KERNEL_LOCKS, &scene,
          "lockdown: waits for file locks are not recorded; boot the kernel without lockdown=confidentiality");
}

static void a_limit_on_locked_memory_matters_before_5_11_only(void **state)
{
    (void)state;
    struct kernel_scene scene = able;
    scene.major = 5;
    scene.minor = 10;
    tells(KERNEL_LOCKS, &scene,
          "memlock: waits for file locks are not recorded; the limit is 64 KB: use sudo, or `ulimit -l "
          "unlimited`");
    scene.minor = 11;
    tells(KERNEL_LOCKS, &scene,
          "refused: waits for file locks are not recorded; the kernel says: Operation not "
          "permitted");
}

/* The verifier refuses with EACCES too: with all capabilities that is not blamed on them. */
static void a_refused_program_is_not_blamed_on_capabilities(void **state)
{
    (void)state;
    struct kernel_scene scene = able;
    scene.number = EACCES;
    tells(KERNEL_WAITS, &scene,
          "refused: waits between two looks are not recorded; the kernel says: Permission denied");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_old_kernel_is_named_with_the_one_it_takes),
        cmocka_unit_test(missing_type_information_is_said),
        cmocka_unit_test(the_capability_that_is_missing_is_named),
        cmocka_unit_test(a_locked_down_kernel_is_said),
        cmocka_unit_test(a_limit_on_locked_memory_matters_before_5_11_only),
        cmocka_unit_test(a_refused_program_is_not_blamed_on_capabilities),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
