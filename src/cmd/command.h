/* A command: one row of main's table. Each lives in one small file of this folder that parses its options, calls the
 * engine, prints, and returns the exit status. */
#ifndef CMD_COMMAND_H
#define CMD_COMMAND_H

enum exit_status { STATUS_DONE = 0, STATUS_FAILED = 1, STATUS_USAGE = 2, STATUS_ANOMALOUS = 3 };

#endif
