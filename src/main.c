/* The command table. */
#include "cmd/command.h"

int main(void)
{
    return STATUS_USAGE;
}
