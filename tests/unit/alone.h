/* A test that is by itself: what else goes on on the host is not seen by what it tests. */
#ifndef TESTS_UNIT_ALONE_H
#define TESTS_UNIT_ALONE_H

/* Goes on in a child in pid and mount namespaces of its own. Not as pid 1, which is a special one. Where that is not
 * permitted it goes on as it is. */
void alone_begin(void);

#endif
