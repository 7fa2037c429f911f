#include "face/access.h"

#include <stddef.h>

#include "base/text.h"

static const char *const roles[] = {
    [ACCESS_VIEWER] = "viewer", [ACCESS_MANAGER] = "manager", [ACCESS_ADMIN] = "admin"};

enum face_access access_of(const char *role)
{
    for (int i = ACCESS_VIEWER; i <= ACCESS_ADMIN; i++)
        if (text_is(roles[i], role))
            return (enum face_access)i;
    return ACCESS_ANYONE;
}

const char *access_role(enum face_access access)
{
    return access >= ACCESS_VIEWER && access <= ACCESS_ADMIN ? roles[access] : NULL;
}
