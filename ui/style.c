/* Styles on terminals with fewer colours. */
#include "ui/theme.h"

struct rgb {
    int red, green, blue;
};

/* The palette that xterm and its descendants share: 16 named colours, a 6x6x6 cube, 24 greys. */
static struct rgb colour_rgb(short colour)
{
    static const struct rgb named[16] = {
        {0, 0, 0},     {205, 0, 0},     {0, 205, 0},     {205, 205, 0},   {0, 0, 238}, {205, 0, 205},
        {0, 205, 205}, {229, 229, 229}, {127, 127, 127}, {255, 0, 0},     {0, 255, 0}, {255, 255, 0},
        {92, 92, 255}, {255, 0, 255},   {0, 255, 255},   {255, 255, 255},
    };
    static const int steps[6] = {0, 95, 135, 175, 215, 255};
    if (colour < 16)
        return named[colour];
    if (colour >= 232) {
        int grey = 8 + (colour - 232) * 10;
        return (struct rgb){grey, grey, grey};
    }
    int cube = colour - 16;
    return (struct rgb){steps[cube / 36], steps[cube / 6 % 6], steps[cube % 6]};
}

static short colour_nearest(short colour, short candidates)
{
    struct rgb wanted = colour_rgb(colour);
    short best = 0;
    long best_distance = -1;
    for (short i = 0; i < candidates; i++) {
        struct rgb rgb = colour_rgb(i);
        long red = rgb.red - wanted.red, green = rgb.green - wanted.green, blue = rgb.blue - wanted.blue;
        long distance = red * red + green * green + blue * blue;
        if (best_distance < 0 || distance < best_distance) {
            best = i;
            best_distance = distance;
        }
    }
    return best;
}

struct style style_reduce(struct style style, int colours)
{
    if (colours < 8) {
        style.reverse = style.reverse || style.background != COLOUR_DEFAULT;
        style.foreground = style.background = COLOUR_DEFAULT;
        return style;
    }
    if (colours >= 256)
        return style;
    short candidates = colours >= 16 ? 16 : 8;
    if (style.background != COLOUR_DEFAULT)
        style.background = colour_nearest(style.background, candidates);
    if (style.foreground == COLOUR_DEFAULT)
        return style;
    style.foreground = colour_nearest(style.foreground, candidates);
    /* Words never vanish: with 8 colours a dark grey would come out black, or both colours the same. */
    bool dark_grey = style.background == COLOUR_DEFAULT && style.foreground == 0;
    if (dark_grey || style.foreground == style.background) {
        style.dim = dark_grey;
        style.foreground = style.background == COLOUR_DEFAULT ? COLOUR_DEFAULT : style.background == 0 ? 7 : 0;
    }
    return style;
}
