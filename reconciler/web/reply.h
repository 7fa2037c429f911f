/* reply.h - the answer: exactly one for each request, from its handler or at any time later.  The
 * request is gone when one of these returns.
 *
 * Every answer forbids browsers to guess its type, keep it, tell from where a link was followed,
 * and load anything for it; web_reply_header() replaces these headers one by one. */
#ifndef WEB_REPLY_H
#define WEB_REPLY_H

#include <stddef.h>

struct web_request;

/* A header of the answer that is still to come.  A later one of the same name replaces it. */
void web_reply_header(struct web_request *, const char *name, const char *value);

void web_reply(struct web_request *, unsigned status, const char *type, const char *body,
               size_t len);
void web_reply_json(struct web_request *, unsigned status, const char *json);
/* {"error": {"code": "not_found", "message": "There is no …"}} */
void web_reply_error(struct web_request *, unsigned status, const char *code, const char *sentence);

/* Called once if the asker leaves before the answer.  The request must be answered all the same,
 * and may be from here: it stays its owner's until then. */
void web_on_gone(struct web_request *, void (*)(void *ctx), void *ctx);

#endif
