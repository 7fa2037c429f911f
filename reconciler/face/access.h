/* access.h - who may ask for a path: what `access` of a web_route means here, and what somebody's
 * role lets him do. */
#ifndef FACE_ACCESS_H
#define FACE_ACCESS_H

enum face_access {
    ACCESS_ANYONE,    /* says nothing that is anybody's business: is it alive? */
    ACCESS_CONTAINER, /* an agent's container; its handler finds out which */
    ACCESS_VIEWER,    /* may see */
    ACCESS_MANAGER,   /* may order */
    ACCESS_ADMIN,     /* may do what cuts calls */
};

/* "viewer", "manager", "admin"; ACCESS_ANYONE for any other word, and NULL for any other access. */
enum face_access access_of(const char *role);
const char *access_role(enum face_access);

#endif
