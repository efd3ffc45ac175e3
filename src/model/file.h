/* The model file: one JSON object.
 *
 *   format      "culprit-model"
 *   version     1: the reference form, 2: the masked one; a reader refuses a higher one
 *   features    [{"name", "unit", "transform": {"kind": "linear|saturating|log", "full", "scale"}}], the network's
 *               columns in order (transforms: feature.h)
 *                of the masked form also "group": features of one group are hidden together
 *   form        "masked"; absent: the reference
 *   kinds, relations  [names], masked form: what the one-hot columns and the means of neighbours stand for, in order
 *   layers      [{"inputs", "outputs", "weights": inputs x outputs numbers, a row per input, "biases": outputs}]
 *   threshold   95th percentile of the node errors in training
 *   spreads     {"process": {"cpu_pct": [median, range between the quartiles, count], ...}, ..., "any": {...}}:
 *               normal residuals per node kind and feature, in network values
 *                (in the masked form of x, model/standing.h)
 *   baseline_spreads  the same where the baselines alone say what is expected (masked form)
 *   baselines   {"kind:process": {"cpu": [median, spread, count], ...}, "program:nginx": ...} (masked form;
 *               model/baseline.h)
 *   calibration {"of": "host|corpus", "scores": [...]}: scores of healthy windows, sorted (masked form; may be absent)
 *   waits       [{"kind", "program" (absent: any), "normal_s" (absent: as long as one looks), "count"}]
 *   provenance  {"corpus", "date", "seed" (a string: 64 bits), "graphs", "nodes", "epochs", "losses": [...],
 *               "held_out_loss", "held_out_median_loss"} (the last two absent when nothing was held out)
 *
 * Single-precision numbers are written with nine digits, which give the same number back. */
#ifndef MODEL_FILE_H
#define MODEL_FILE_H

#define MODEL_FORMAT            "culprit-model"
#define MODEL_VERSION           2
#define MODEL_VERSION_REFERENCE 1
#define MODEL_BYTES_MAX         (2 << 20)

/* Weights beyond that come from no training. */
#define MODEL_WEIGHT_MAX 1e6

#endif
