/* SPDX-License-Identifier: MIT-0 */
/* A tree of times: each node stands for a run of them, twice as long as those of its two children. It keeps what is
 * taken at all of its times, and what is taken at any, as ranges in order that do not touch. A lifetime is at most two
 * nodes of each length, so taking and asking cost as many looks as the tree is deep, for each range that is in the way.
 */
#include <string.h>

#include "base/arena.h"
#include "passes/free_space.h"
#include "plan/access.h"

/* Where ranges lie in turns, finding the lowest place takes one look for each: after so many it may be another one. */
enum { MOST_LOOKS = 1024 };

typedef struct Range {
    int64_t begin, end;
} Range;

typedef LIST(Range) Ranges;

typedef struct Node {
    Ranges always, sometimes; /* taken at all of its times, where no node above says so; and at any of them */
} Node;

struct FreeSpace {
    Arena *arena;
    int times;
    int64_t last_size, last_place; /* of what was placed last */
    Node *nodes;                   /* 1: all times; the children of i are 2i and 2i + 1 */
};

FreeSpace *free_space_new(Arena *arena, int times) {
    FreeSpace *space = NEW(arena, FreeSpace);
    space->arena = arena;
    space->times = times > 0 ? times : 1;
    int leaves = 1;
    while (leaves < times) leaves *= 2;
    space->nodes = NEW_ARRAY(arena, Node, 2 * leaves);
    return space;
}

/* The first range, of those from `low` on, that ends behind `at`. */
static int range_behind(const Ranges *ranges, int low, int64_t at) {
    int high = ranges->count;
    while (low < high) {
        const int middle = (low + high) / 2;
        visit(1);
        if (ranges->at[middle].end > at) high = middle;
        else low = middle + 1;
    }
    return low;
}

enum { FEW_RANGES = 2 }; /* that most sets have */

/* Adds a range, which becomes one with those that it touches. */
static void ranges_add(Arena *arena, Ranges *ranges, Range range) {
    const int first = range_behind(ranges, 0, range.begin - 1);
    int end = first;
    if (first < ranges->count && ranges->at[first].begin <= range.begin && ranges->at[first].end >= range.end) return;
    for (; end < ranges->count && ranges->at[end].begin <= range.end; end++) {
        if (ranges->at[end].begin < range.begin) range.begin = ranges->at[end].begin;
        if (ranges->at[end].end > range.end) range.end = ranges->at[end].end;
    }
    if (!ranges->capacity) ranges->at = NEW_ARRAY(arena, Range, ranges->capacity = FEW_RANGES);
    if (end == first) list_push(arena, ranges, range); /* room for one more */
    if (end == first)
        end = first + 1, memmove(ranges->at + end, ranges->at + first, (size_t)(ranges->count - end) * sizeof range);
    else memmove(ranges->at + first + 1, ranges->at + end, (size_t)(ranges->count - end) * sizeof range);
    ranges->count -= end - first - 1;
    ranges->at[first] = range;
}

/* What is in the way at some times: the sets of all nodes that these times are of, each with the range that it is
 * looked at from. */
enum { MOST_SETS = 3 * 64 };

typedef struct Obstacles {
    const Ranges *sets[MOST_SETS];
    int next[MOST_SETS];
    int count;
} Obstacles;

static void add_set(Obstacles *obstacles, const Ranges *set) {
    visit(1);
    if (set->count) obstacles->sets[obstacles->count++] = set;
}

static void find_obstacles(const FreeSpace *space, int node, int begin, int end, int first, int last,
                           Obstacles *obstacles) {
    if (last < begin || first >= end) return;
    if (first <= begin && end <= last + 1) {
        add_set(obstacles, &space->nodes[node].sometimes);
        return;
    }
    const int middle = (begin + end) / 2;
    add_set(obstacles, &space->nodes[node].always);
    find_obstacles(space, 2 * node, begin, middle, first, last, obstacles);
    find_obstacles(space, 2 * node + 1, middle, end, first, last, obstacles);
}

/* The lowest free place from `at` on; -1: it was not found within so many looks. */
static int64_t free_from(Obstacles *obstacles, int64_t at, int64_t size) {
    int looks = 0;
    for (int i = 0; i < obstacles->count; i++) obstacles->next[i] = range_behind(obstacles->sets[i], 0, at);
    for (int64_t before = -1; before != at && looks < MOST_LOOKS;) {
        before = at;
        for (int i = 0; i < obstacles->count; i++) {
            const Ranges *const set = obstacles->sets[i];
            int next = obstacles->next[i];
            if (next < set->count && set->at[next].end <= at) next = range_behind(set, next + 1, at);
            for (; next < set->count && set->at[next].begin < at + size; next++, looks++) at = set->at[next].end;
            obstacles->next[i] = next;
        }
        looks += obstacles->count;
    }
    visit(looks);
    return looks < MOST_LOOKS ? at : -1;
}

/* Above all that is in the way. */
static int64_t top(const Obstacles *obstacles) {
    int64_t at = 0;
    for (int i = 0; i < obstacles->count; i++) {
        const int64_t end = obstacles->sets[i]->at[obstacles->sets[i]->count - 1].end;
        if (end > at) at = end;
    }
    return at;
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

/* Whether a place is in one of the ranges: then *at becomes the end of that. */
static bool is_avoided(const PlaceRange avoided[AVOIDED], int64_t *at) {
    for (int i = 0; i < AVOIDED; i++)
        if (*at >= avoided[i].begin && *at < avoided[i].end) {
            *at = avoided[i].end;
            return true;
        }
    return false;
}

int64_t free_space_take(FreeSpace *space, int first, int last, int64_t size, int64_t lowest,
                        const PlaceRange avoided[AVOIDED]) {
    Obstacles obstacles;
    obstacles.count = 0;
    find_obstacles(space, 1, 0, space->times, first, last, &obstacles);
    int64_t place = free_from(&obstacles, lowest, size);
    if (place < 0) place = free_from(&obstacles, space->last_size == size ? space->last_place : 0, size);
    if (place < 0) place = top(&obstacles);
    while (is_avoided(avoided, &place)) {
        const int64_t next = free_from(&obstacles, place, size);
        place = next < 0 && top(&obstacles) > place ? top(&obstacles) : next < 0 ? place : next;
    }
    space->last_size = size;
    space->last_place = place;
    node_take(space, 1, 0, space->times, first, last, (Range){place, place + size});
    return place;
}
