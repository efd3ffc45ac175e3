/* The table of measures. */
#include "graph/measure.h"

#define MEASURE_ROW(measure, name, unit, help) [measure] = {name, unit, help},
const struct measure_schema measures[MEASURE_COUNT] = {MEASURES(MEASURE_ROW)};
