/* SPDX-License-Identifier: MIT-0 */
/* A tree of times: each node stands for a run of them, twice as long as those of its two children. It keeps what is taken at
 * all of its times, and what is taken at any, as ranges in order that do not touch. A lifetime is at most two nodes of each
 * length, so taking and asking cost as many looks as the tree is deep, for each range that is in the way. */
#include "free_space.h"

#include <stdbool.h>
#include <string.h>

#include "plan.h"

typedef struct Range {
    int64_t begin, end;
} Range;

typedef LIST(Range) Ranges;

typedef struct Node {
    Ranges always, sometimes; /* taken at all of its times, where no node above says so; and at any of them */
} Node;

struct FreeSpace {
    Arena *arena;
    int times; /* a power of 2 */
    Node *nodes; /* 1: all times; the children of i are 2i and 2i + 1 */
};

FreeSpace *free_space_new(Arena *arena, int times) {
    FreeSpace *space = NEW(arena, FreeSpace);
    space->arena = arena;
    space->times = 1;
    while (space->times < times) space->times *= 2;
    space->nodes = NEW_ARRAY(arena, Node, 2 * space->times);
    return space;
}

/* The first range that ends behind `at`. */
static int range_behind(const Ranges *ranges, int64_t at) {
    int low = 0, high = ranges->count;
    while (low < high) {
        const int middle = (low + high) / 2;
        visit(1);
        if (ranges->at[middle].end > at) high = middle;
        else low = middle + 1;
    }
    return low;
}

/* Adds a range, which becomes one with those that it touches. */
static void ranges_add(Arena *arena, Ranges *ranges, Range range) {
    const int first = range_behind(ranges, range.begin - 1);
    int end = first;
    for (; end < ranges->count && ranges->at[end].begin <= range.end; end++) {
        if (ranges->at[end].begin < range.begin) range.begin = ranges->at[end].begin;
        if (ranges->at[end].end > range.end) range.end = ranges->at[end].end;
    }
    if (end == first) list_push(arena, ranges, range); /* room for one more */
    if (end == first) end = first + 1, memmove(ranges->at + end, ranges->at + first, (size_t)(ranges->count - end) * sizeof range);
    else memmove(ranges->at + first + 1, ranges->at + end, (size_t)(ranges->count - end) * sizeof range);
    ranges->count -= end - first - 1;
    ranges->at[first] = range;
}

/* Where a place at `at` would overlap a range, the end of that; else `at`. */
static int64_t past(const Ranges *ranges, int64_t at, int64_t size) {
    for (int i = range_behind(ranges, at); i < ranges->count && ranges->at[i].begin < at + size; i++) at = ranges->at[i].end;
    return at;
}

/* Moves `at` past what is in the way at the times first … last, of which `node` stands for begin … end-1. */
static int64_t node_past(const FreeSpace *space, int node, int begin, int end, int first, int last, int64_t at, int64_t size) {
    if (last < begin || first >= end) return at;
    if (first <= begin && end <= last + 1) return past(&space->nodes[node].sometimes, at, size);
    const int middle = (begin + end) / 2;
    at = past(&space->nodes[node].always, at, size);
    at = node_past(space, 2 * node, begin, middle, first, last, at, size);
    return node_past(space, 2 * node + 1, middle, end, first, last, at, size);
}

static void node_take(FreeSpace *space, int node, int begin, int end, int first, int last, Range range) {
    if (last < begin || first >= end) return;
    ranges_add(space->arena, &space->nodes[node].sometimes, range);
    if (first <= begin && end <= last + 1) {
        ranges_add(space->arena, &space->nodes[node].always, range);
        return;
    }
    const int middle = (begin + end) / 2;
    node_take(space, 2 * node, begin, middle, first, last, range);
    node_take(space, 2 * node + 1, middle, end, first, last, range);
}

int64_t free_space_take(FreeSpace *space, int first, int last, int64_t size) {
    int64_t place = 0;
    for (int64_t before = -1; before != place;) {
        before = place;
        place = node_past(space, 1, 0, space->times, first, last, place, size);
    }
    node_take(space, 1, 0, space->times, first, last, (Range){place, place + size});
    return place;
}
