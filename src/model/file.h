/* The model file: one JSON object.
 *
 *   format      "culprit-model"
 *   version     1; a reader refuses a higher one
 *   features    [{"name", "unit", "transform": {"kind": "linear|saturating|log", "full", "scale"}}], the network's
 *               columns in order (transforms: feature.h)
 *   layers      [{"inputs", "outputs", "weights": inputs x outputs numbers, a row per input, "biases": outputs}]
 *   threshold   95th percentile of the node errors in training
 *   spreads     {"process": {"cpu_pct": [median, range between the quartiles, count], ...}, ..., "any": {...}}:
 *               normal residuals per node kind and feature, in network values
 *   waits       [{"kind", "program" (absent: any), "normal_s" (absent: as long as one looks), "count"}]
 *   provenance  {"corpus", "date", "seed" (a string: 64 bits), "graphs", "nodes", "epochs", "losses": [...],
 *               "held_out_loss", "held_out_median_loss"} (the last two absent when nothing was held out)
 *
 * Single-precision numbers are written with nine digits, which give the same number back. */
#ifndef MODEL_FILE_H
#define MODEL_FILE_H

#define MODEL_FORMAT    "culprit-model"
#define MODEL_VERSION   1
#define MODEL_BYTES_MAX (2 << 20)

/* Weights beyond that come from no training. */
#define MODEL_WEIGHT_MAX 1e6

#endif
