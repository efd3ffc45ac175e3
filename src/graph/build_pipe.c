/* What is measured of pipes. */
#include "graph/build.h"

void build_pipes(struct build *build)
{
    const struct table *table = &build->newest->tables[TABLE_PIPE];
    for (size_t row = 0; row < table->rows; row++) {
        uint64_t inode = table_u64(table, row, PIPE_INODE, 0), buffers = table_u64(table, row, PIPE_BUFFERS, 0);
        uint32_t node = inode == 0 ? NODE_NONE : build_find(build, NODE_PIPE, inode, 0);
        if (node != NODE_NONE && buffers > 0)
            build_measure_column(build, node, MEASURE_PIPE_FULL_PCT, TABLE_PIPE, row, PIPE_BUFFERS_USED,
                                 100.0 / (double)buffers);
    }
}
