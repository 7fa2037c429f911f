/* Questions and answers as bytes; whatever is cut, looped or foreign is no answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "net/dns.h"

static const unsigned char question[] = "\x12\x34\x01\0\0\1\0\0\0\0\0\0"
                                        "\7backend\3avr\0\0\1\0\1";
/* The question again, then an alias, then its address. */
static const unsigned char answer[] = "\x12\x34\x81\x80\0\1\0\2\0\0\0\0"
                                      "\7backend\3avr\0\0\1\0\1"
                                      "\xc0\x0c\0\5\0\1\0\0\2\x58\0\3\1b\0"
                                      "\1b\0\0\1\0\1\0\0\2\x58\0\4\xac\x12\0\5";

enum { QUESTION = sizeof question - 1, ANSWER = sizeof answer - 1 };

static void a_question_is_what_the_standard_says(void **state)
{
    unsigned char buf[DNS_MAX];
    char label[80];

    (void)state;
    assert_int_equal(dns_question(buf, 0x1234, "backend.avr"), QUESTION);
    assert_memory_equal(buf, question, QUESTION);
    assert_int_equal(dns_question(buf, 0x1234, "backend.avr."), QUESTION);
    assert_int_equal(dns_question(buf, 1, ""), 0);
    assert_int_equal(dns_question(buf, 1, "a..b"), 0);
    memset(label, 'x', sizeof label);
    label[64] = '\0';
    assert_int_equal(dns_question(buf, 1, label), 0);
}

static void the_first_address_counts(void **state)
{
    char address[DNS_ADDRESS];
    struct err err;

    (void)state;
    assert_int_equal(dns_answer(answer, ANSWER, 0x1234, address, &err), 0);
    assert_string_equal(address, "172.18.0.5");
}

static void what_is_no_answer_is_told_apart(void **state)
{
    unsigned char buf[ANSWER];
    char address[DNS_ADDRESS];
    struct err err;

    (void)state;
    assert_int_equal(dns_answer(answer, ANSWER, 0x4321, address, &err), -1);
    assert_int_equal(err.code, ERR_INVALID);
    assert_int_equal(dns_answer(question, QUESTION, 0x1234, address, &err), -1);
    assert_int_equal(err.code, ERR_INVALID);
    memcpy(buf, answer, ANSWER);
    buf[3] = 0x83;
    assert_int_equal(dns_answer(buf, ANSWER, 0x1234, address, &err), -1);
    assert_int_equal(err.code, ERR_NOT_FOUND);
    buf[3] = 0x82;
    assert_int_equal(dns_answer(buf, ANSWER, 0x1234, address, &err), -1);
    assert_int_equal(err.code, ERR_TRANSIENT);
}

/* Each length on the heap, so that a read behind the end is seen. */
static void a_cut_answer_has_no_address(void **state)
{
    char address[DNS_ADDRESS];
    struct err err;

    (void)state;
    for (size_t n = 0; n < ANSWER; n++) {
        unsigned char *cut = malloc(n + 1);
        memcpy(cut, answer, n);
        cut = realloc(cut, n ? n : 1);
        assert_int_equal(dns_answer(cut, n, 0x1234, address, &err), -1);
        free(cut);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_question_is_what_the_standard_says),
        cmocka_unit_test(the_first_address_counts),
        cmocka_unit_test(what_is_no_answer_is_told_apart),
        cmocka_unit_test(a_cut_answer_has_no_address),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
