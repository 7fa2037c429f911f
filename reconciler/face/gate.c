/* Who may: whoever sits at this machine. */
#include <arpa/inet.h>
#include <netinet/in.h>

#include "face/parts.h"

static bool is_loopback(const struct sockaddr *peer)
{
    if (peer->sa_family == AF_INET)
        return ntohl(((const struct sockaddr_in *)(const void *)peer)->sin_addr.s_addr) >> 24 ==
               IN_LOOPBACKNET;
    const struct in6_addr *six = &((const struct sockaddr_in6 *)(const void *)peer)->sin6_addr;
    return IN6_IS_ADDR_LOOPBACK(six) || (IN6_IS_ADDR_V4MAPPED(six) && six->s6_addr[12] == 127);
}

bool face_gate(void *ctx, struct web_request *r, unsigned access)
{
    (void)ctx;
    if (access == ACCESS_ANYONE || access == ACCESS_CONTAINER || is_loopback(web_peer(r)))
        return true;
    web_reply_error(r, 403, "forbidden", "This is served on the machine itself only.");
    return false;
}
