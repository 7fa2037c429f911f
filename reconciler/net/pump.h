/* pump.h - drives curl's transfers from a libev loop (curl's socket action interface).
 *
 * curl says through two callbacks which sockets to watch and when to be called again; both only
 * move libev watchers, so curl is never entered from inside curl.  After each turn of curl
 * `settle` is called, outside curl: there transfers may be added and removed at will. */
#ifndef NET_PUMP_H
#define NET_PUMP_H

#include <curl/curl.h>

struct ev_loop;
struct pump;

typedef void pump_settle(void *ctx);

struct pump *pump_open(struct ev_loop *, pump_settle *, void *ctx);
void pump_close(struct pump *); /* every transfer was removed before */

void pump_add(struct pump *, CURL *);
void pump_remove(struct pump *, CURL *);
CURL *pump_finished(struct pump *, CURLcode *ret); /* one that is over, removed; or NULL */
void pump_wake(struct pump *);                     /* call settle soon, from the loop */

#endif
