#include "core/window.h"

#include <ctype.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"

enum { MINUTE_S = 60, HOUR_S = 3600, DAY_S = 24 * HOUR_S, WEEK_S = 7 * DAY_S };
enum { EVERY_DAY = 0x7f, MAX_SPANS = 32 };

/* --- the text -------------------------------------------------------------------------------- */

static const char no_day[] = "a day is Mon, Tue, Wed, Thu, Fri, Sat or Sun";
static const char no_time[] = "a time is written 02:00, from 00:00 to 24:00";

static void skip_spaces(const char **at)
{
    *at += strspn(*at, " ");
}

static bool take(const char **at, char c)
{
    if (**at != c)
        return false;
    ++*at;
    return true;
}

/* 0: Sunday; -1: no day. */
static int take_day(const char **at)
{
    static const char *const names[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};

    for (int i = 0; i < 7; i++)
        if (text_starts(*at, names[i]) && !isalnum((unsigned char)(*at)[3])) {
            *at += 3;
            return i;
        }
    return -1;
}

/* "Mon", or "Fri-Mon" over the end of the week. */
static const char *take_days(const char **at, unsigned *ret)
{
    int first = take_day(at), last = first;

    if (first >= 0 && take(at, '-'))
        last = take_day(at);
    if (first < 0 || last < 0)
        return no_day;
    *ret |= 1u << last;
    for (int i = first; i != last; i = (i + 1) % 7)
        *ret |= 1u << i;
    return NULL;
}

/* "Sat,Sun": what follows a comma among days is a day, and nothing else does. */
static const char *take_day_list(const char **at, unsigned *ret)
{
    bool more = isalpha((unsigned char)**at);
    const char *wrong;

    *ret = more ? 0 : EVERY_DAY;
    while (more) {
        if ((wrong = take_days(at, ret)))
            return wrong;
        skip_spaces(at);
        more = take(at, ',');
        skip_spaces(at);
        if (more != (isalpha((unsigned char)**at) != 0))
            return "times stand behind their days, as in Sat,Sun 02:00-05:00";
    }
    return NULL;
}

/* Digits of one number, two at most; -1: there are none. */
static int take_two_digits(const char **at)
{
    int n = -1;

    for (int i = 0; i < 2 && isdigit((unsigned char)**at); i++, ++*at)
        n = (n < 0 ? 0 : 10 * n) + (**at - '0');
    return n;
}

/* Since midnight; -1: no time. */
static int64_t take_time(const char **at)
{
    int hour = take_two_digits(at);

    if (hour < 0 || hour > 24 || !take(at, ':') || !isdigit((unsigned char)(*at)[0]) ||
        !isdigit((unsigned char)(*at)[1]))
        return -1;
    int minute = take_two_digits(at);
    if (minute > (hour == 24 ? 0 : 59) || isdigit((unsigned char)**at))
        return -1;
    return hour * HOUR_S + minute * MINUTE_S;
}

static const char *take_span(const char **at, struct window_span *ret)
{
    const char *wrong = take_day_list(at, &ret->days);

    if (wrong)
        return wrong;
    int64_t from = take_time(at), to = from >= 0 && take(at, '-') ? take_time(at) : -1;
    if (from < 0 || to < 0)
        return no_time;
    if (from == DAY_S)
        return "a day begins at 00:00; 24:00 is its end";
    if (from == to)
        return "it ends when it begins; 00:00-24:00 is the whole day";
    ret->from_s = from;
    ret->length_s = to > from ? to - from : DAY_S - from + to;
    return NULL;
}

const char *window_parse(struct arena *a, const char *text, struct window *ret)
{
    ARRAY(struct window_span) spans = {0};
    const char *at = text, *wrong;

    *ret = (struct window){.text = text};
    if (text_is(text, "always"))
        return NULL;
    do {
        struct window_span span;
        skip_spaces(&at);
        if ((wrong = take_span(&at, &span)))
            return wrong;
        ARRAY_PUSH(a, spans, span);
        skip_spaces(&at);
    } while (take(&at, ',') && spans.n < MAX_SPANS);
    if (*at)
        return spans.n == MAX_SPANS ? "there are more than 32 times"
                                    : "times are separated by commas";
    ret->spans = spans.items;
    ret->n = spans.n;
    return NULL;
}

/* --- the week -------------------------------------------------------------------------------- */

static int64_t in_week(int64_t seconds)
{
    return (seconds % WEEK_S + WEEK_S) % WEEK_S;
}

static int64_t second_of_week(const struct tm *t)
{
    return in_week((int64_t)t->tm_wday * DAY_S + t->tm_hour * HOUR_S + t->tm_min * MINUTE_S +
                   t->tm_sec);
}

/* How long a span that covers this second goes on; 0: none does. */
static int64_t open_for_s(const struct window *w, int64_t at)
{
    int64_t longest = 0;

    for (size_t i = 0; i < w->n; i++)
        for (int day = 0; day < 7; day++) {
            const struct window_span *span = &w->spans[i];
            int64_t left = span->length_s - in_week(at - day * DAY_S - span->from_s);
            if (span->days & 1u << day && left > longest)
                longest = left;
        }
    return longest;
}

static int64_t closed_for_s(const struct window *w, int64_t at)
{
    int64_t shortest = WEEK_S;

    for (size_t i = 0; i < w->n; i++)
        for (int day = 0; day < 7; day++) {
            const struct window_span *span = &w->spans[i];
            int64_t left = in_week(day * DAY_S + span->from_s - at);
            if (span->days & 1u << day && left < shortest)
                shortest = left;
        }
    return shortest;
}

bool window_is_open(const struct window *w, const struct tm *local)
{
    return w->n == 0 || open_for_s(w, second_of_week(local)) > 0;
}

/* Where one span ends another may go on. */
int64_t window_turns_in_s(const struct window *w, const struct tm *local)
{
    int64_t at = second_of_week(local), after = 0;

    if (w->n == 0)
        return -1;
    for (int64_t more; after < WEEK_S && (more = open_for_s(w, in_week(at + after))) > 0;)
        after += more;
    if (after >= WEEK_S)
        return -1;
    return after ? after : closed_for_s(w, at);
}
