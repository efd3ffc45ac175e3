#!/bin/sh
# Prints the theme files given as C: struct { name; text; } themes_bundled[].
set -eu
printf '/* Made from the theme files by %s. */\n' "$(basename "$0")"
printf 'static const struct {\n    const char *name, *text;\n} themes_bundled[] = {\n'
for file; do
    printf '    {"%s",\n' "$(basename "$file" .theme)"
    sed -e 's/[\\"]/\\&/g' -e 's/.*/     "&\\n"/' "$file"
    printf '    },\n'
done
printf '};\n'
