#pragma once
/*
 * A temporary directory that stands for "/", with files as a test wants them.
 */

/* A new empty one; ends the test on failure. */
void root_make(void);
/* Removes it with all that is in it. */
void root_remove(void);
const char *root_path(void);
/* Writes a file below it, directories made; path with a leading '/'. */
void root_file(const char *path, const char *content);
void root_link(const char *path, const char *target);
