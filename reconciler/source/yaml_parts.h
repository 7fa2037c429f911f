/* yaml_parts.h - the parts of the YAML reader that stand apart from the building of the tree. */
#ifndef SOURCE_YAML_PARTS_H
#define SOURCE_YAML_PARTS_H

#include <yaml.h>

#include "source/yaml.h"

/* Refuses what is not text: NUL bytes, malformed UTF-8, control characters. */
int yaml_check_bytes(struct report *, struct source_file *) MUST_CHECK;

/* Says in better words what libyaml refused, and at the place that helps most. */
void yaml_report_syntax(struct report *, struct source_file *, const yaml_parser_t *);

/* Marks every value that must not be shown in an error. */
void yaml_conceal(struct arena *, struct report *, const struct node *root);

#endif
