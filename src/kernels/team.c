/* SPDX-License-Identifier: MIT */
/* Threads that stand by: OpenMP's, in one region that stays open as long as the thread that they
 * work for. To begin and to end a region for each piece of work takes OpenMP two to ten
 * microseconds, calls of the system among them; here a line of the cache goes from one core to the
 * other and back, a tenth of that. */
#include "team.h"

#include "float_mode.h"

#include <omp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

/* Seats. */

/* Of a seat. What is still POSTED when nothing is left to do the leader takes back, so that nobody
 * waits for a thread that has not come. */
enum {
    EMPTY,   /* no job: the leader may write one */
    ASLEEP,  /* the same, and its thread must be called */
    POSTED,  /* a job, for its thread to take */
    TAKEN,   /* its thread works, and reads the job */
    AWAITED, /* the same, and the leader must be called */
    OVER     /* its thread is to go */
};

/* All that goes from thread to thread, in one line of the cache: a job, and the thread's share of
 * its parts, of which the next one is `next`. */
typedef struct seat {
    _Alignas(64) atomic_int state;
    int sharers;   /* seats among which the parts are dealt, the first ones of the team */
    unsigned mode; /* the leader's */
    bb__job job;
    atomic_llong next;
    int64_t end;
} seat;
_Static_assert(sizeof(seat) == 64, "one line");

enum { MOST = 1024 }; /* seats, 64 kB of the host's stack */

struct bb__team {
    int size;
    bool is_over, is_closed; /* whether the region is to end, and whether it has */
    bool stays;              /* the host, afterwards */
    pthread_t host;
    pthread_mutex_t mutex;
    pthread_cond_t called, over;
    seat seats[MOST]; /* the leader's first */
};

/* Waiting. */

static inline void relax(void)
{
#if defined(__x86_64__) && defined(__GNUC__)
    __builtin_ia32_pause();
#elif defined(__aarch64__) && defined(__GNUC__)
    __asm__ volatile("yield");
#endif
}

/* OMP_WAIT_POLICY: who waits is not to keep a processor busy. Set before there is a team. */
static bool is_passive;

/* Looks at a seat for a microsecond; whether its state is another than `from`. */
static bool look(const seat *s, int from)
{
    enum { LOOKS = 64 };
    for (int i = 0; i < LOOKS; i++) {
        if (atomic_load_explicit(&s->state, memory_order_acquire) != from)
            return true;
        relax();
    }
    return false;
}

static atomic_int looking; /* threads of all teams, for long */

/* Looks on for half a millisecond, as waking up takes a tenth of that, unless those who look would
 * leave no processor to those who work. */
static bool look_on(const seat *s, int from)
{
    static const double patience = 500e-6;
    bool is_other = false;
    if (is_passive)
        return false;
    const int count = 1 + atomic_fetch_add_explicit(&looking, 1, memory_order_relaxed);
    const double end = omp_get_wtime() + patience;
    while (count < bb__processors() && !is_other && omp_get_wtime() < end)
        is_other = look(s, from);
    atomic_fetch_sub_explicit(&looking, 1, memory_order_relaxed);
    return is_other;
}

/* Waits while the state is `from`; a thread that goes to sleep says so by `asleep`. */
static void wait_while(bb__team *team, seat *s, int from, int asleep)
{
    if (look(s, from) || look_on(s, from))
        return;
    pthread_mutex_lock(&team->mutex);
    if (atomic_compare_exchange_strong(&s->state, &from, asleep))
        while (atomic_load(&s->state) == asleep)
            pthread_cond_wait(&team->called, &team->mutex);
    pthread_mutex_unlock(&team->mutex);
}

static void wake(bb__team *team)
{
    pthread_mutex_lock(&team->mutex);
    pthread_cond_broadcast(&team->called);
    pthread_mutex_unlock(&team->mutex);
}

/* Sets the seats of all but the leader among the first `count`, and then calls who sleeps. */
static void post(bb__team *team, int count, int state)
{
    bool is_asleep = false;
    for (int i = 1; i < count; i++)
        is_asleep |= atomic_exchange(&team->seats[i].state, state) == ASLEEP;
    if (is_asleep)
        wake(team);
}

/* By who has TAKEN it; where the leader is gone it is OVER already. */
static void give_back(bb__team *team, seat *s)
{
    int state = TAKEN;
    if (!atomic_compare_exchange_strong(&s->state, &state, EMPTY) && state == AWAITED &&
        atomic_compare_exchange_strong(&s->state, &state, EMPTY))
        wake(team);
}

/* Work. */

static _Thread_local int slot; /* the number of this thread's seat in the job that it works at */
static _Thread_local bool is_at_work;

int bb__thread_slot(void)
{
    return slot;
}

bool bb__is_at_work(void)
{
    return is_at_work;
}

static void run_part(const bb__job *j, int64_t part)
{
    const int64_t first = part * j->grain, left = j->n - first;
    j->range(j->context, first, left < j->grain ? j->n : first + j->grain);
}

/* Who calls from within a part has scratch memory of its own, as for one thread. */
void bb__job_run_alone(const bb__job *j)
{
    const int outer = slot;
    const bool is_within = is_at_work;
    const int64_t parts = bb__job_parts(j);
    slot = 0;
    is_at_work = true;
    for (int64_t part = 0; part < parts; part++)
        run_part(j, part);
    is_at_work = is_within;
    slot = outer;
}

static void run_share(const bb__job *j, seat *s)
{
    int64_t part;
    while (atomic_load_explicit(&s->next, memory_order_relaxed) < s->end &&
           (part = atomic_fetch_add_explicit(&s->next, 1, memory_order_relaxed)) < s->end)
        run_part(j, part);
}

/* Each thread begins with a share of neighbouring parts, the same in each job, so that it finds in
 * its caches what it left there; then it helps those that are slower: cores differ, and others use
 * them. */
static void work_at(bb__team *team, int first)
{
    const bb__job job = team->seats[first].job;
    const int sharers = team->seats[first].sharers;
    slot = first;
    is_at_work = true;
    for (int i = 0; i < sharers; i++)
        run_share(&job, &team->seats[(first + i) % sharers]);
    is_at_work = false;
    slot = 0;
}

static void attend(bb__team *team, int number)
{
    seat *s = &team->seats[number];
    int state;
    while ((state = atomic_load(&s->state)) != OVER)
        if (state != POSTED)
            wait_while(team, s, EMPTY, ASLEEP);
        else if (atomic_compare_exchange_strong(&s->state, &state, TAKEN)) {
            bb__float_mode_set(s->mode);
            work_at(team, number);
            give_back(team, s);
        }
}

static void share(bb__team *team, const bb__job *job, int sharers)
{
    const int64_t parts = bb__job_parts(job);
    const unsigned mode = bb__float_mode();
    for (int i = 0; i < sharers; i++) {
        seat *s = &team->seats[i];
        s->sharers = sharers;
        s->mode = mode;
        s->job = *job;
        atomic_store_explicit(&s->next, bb__deal(parts, sharers, i), memory_order_relaxed);
        s->end = bb__deal(parts, sharers, i + 1);
    }
    post(team, sharers, POSTED);
}

static int sharers_of(const bb__team *team, int threads)
{
    return threads < team->size ? threads : team->size;
}

void bb__team_work(bb__team *team, const bb__job *job, int threads)
{
    share(team, job, sharers_of(team, threads));
    work_at(team, 0);
}

void bb__team_wait(bb__team *team, int threads)
{
    for (int i = 1; i < sharers_of(team, threads); i++) {
        seat *s = &team->seats[i];
        int state = POSTED;
        if (!atomic_compare_exchange_strong(&s->state, &state, EMPTY))
            wait_while(team, s, TAKEN, AWAITED);
    }
}

/* The life of a team. */

static _Thread_local bb__team *own;
static pthread_key_t key; /* has `own` ended with its thread */
static bool is_prepared;

/* What the thread that hosts a team is told, and tells. */
typedef struct founding {
    int size;
    bb__team *team; /* or NULL as yet */
    pthread_mutex_t mutex;
    pthread_cond_t founded;
} founding;

static void begin(bb__team *team, founding *f)
{
    team->size = f->size;
    team->is_over = team->is_closed = team->stays = false;
    team->host = pthread_self();
    pthread_mutex_init(&team->mutex, NULL);
    pthread_cond_init(&team->called, NULL);
    pthread_cond_init(&team->over, NULL);
    for (int i = 0; i < team->size; i++)
        atomic_init(&team->seats[i].state, EMPTY);
    pthread_mutex_lock(&f->mutex);
    f->team = team;
    pthread_cond_signal(&f->founded);
    pthread_mutex_unlock(&f->mutex);
}

static void stay(bb__team *team)
{
    pthread_mutex_lock(&team->mutex);
    while (!team->is_over)
        pthread_cond_wait(&team->over, &team->mutex);
    pthread_mutex_unlock(&team->mutex);
}

static void note_closed(bb__team *team)
{
    pthread_mutex_lock(&team->mutex);
    team->is_closed = true;
    pthread_cond_signal(&team->over);
    pthread_mutex_unlock(&team->mutex);
}

/* A region's first thread is the one that began it, and it is to stay until the others may go: one
 * that does nothing else, on whose stack the team is, so that the leader goes where it likes. */
static void *host(void *context)
{
    enum { LONGER_THAN_AN_EXIT = 3 }; /* seconds; what ends the process otherwise waits for it */
    bb__team team;
    begin(&team, context);
#pragma omp parallel num_threads(team.size)
    if (omp_get_thread_num() > 0)
        attend(&team, omp_get_thread_num());
    else
        stay(&team);
    note_closed(&team);
    if (team.stays)
        sleep(LONGER_THAN_AN_EXIT);
    pthread_cond_destroy(&team.over);
    pthread_cond_destroy(&team.called);
    pthread_mutex_destroy(&team.mutex);
    return NULL;
}

static bb__team *new_team(int size)
{
    enum { STACK = 1 << 20 }; /* bytes, whatever is usual */
    founding f = {.size = size < MOST ? size : MOST};
    pthread_t thread;
    pthread_attr_t attributes;
    pthread_mutex_init(&f.mutex, NULL);
    pthread_cond_init(&f.founded, NULL);
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK);
    if (pthread_create(&thread, &attributes, host, &f) == 0) {
        pthread_mutex_lock(&f.mutex);
        while (!f.team)
            pthread_cond_wait(&f.founded, &f.mutex);
        pthread_mutex_unlock(&f.mutex);
    }
    pthread_attr_destroy(&attributes);
    pthread_cond_destroy(&f.founded);
    pthread_mutex_destroy(&f.mutex);
    return f.team;
}

/* Who keeps the host waits for the end of its region; who does not joins the host. */
static void close_region(bb__team *team, bool stays)
{
    post(team, team->size, OVER);
    pthread_mutex_lock(&team->mutex);
    team->is_over = true;
    team->stays = stays;
    pthread_cond_signal(&team->over);
    while (stays && !team->is_closed)
        pthread_cond_wait(&team->over, &team->mutex);
    pthread_mutex_unlock(&team->mutex);
}

/* Also when its thread ends; what runs in it afterwards, as other destructors, may get another. */
static void end_team(void *context)
{
    bb__team *team = context;
    const pthread_t thread = team->host;
    own = NULL;
    close_region(team, false);
    pthread_join(thread, NULL);
}

/* A process that has been forked has none of the threads. */
static void forget_team(void)
{
    own = NULL;
    if (is_prepared)
        pthread_setspecific(key, NULL);
    atomic_store(&looking, 0);
}

static atomic_bool is_exiting;

/* Before the destructors of libraries: OpenMP's own must not meet a region that is open, or just
 * being opened. The host stays, for GCC's OpenMP would end the other threads with it while the
 * process is being taken down. */
static void close_at_exit(void)
{
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
    atomic_store(&is_exiting, true);
    pthread_setspecific(key, NULL);
    if (own && !is_at_work)
        close_region(own, true);
    own = NULL;
}

static void prepare(void)
{
    const char *policy = getenv("OMP_WAIT_POLICY");
    is_passive = policy && (*policy == 'p' || *policy == 'P');
    is_prepared = pthread_key_create(&key, end_team) == 0 && atexit(close_at_exit) == 0;
    pthread_atfork(NULL, NULL, forget_team);
}

bb__team *bb__team_of_caller(int threads)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    if (own && own->size >= bb__lower(threads, MOST))
        return own;
    pthread_once(&once, prepare);
    if (!is_prepared || atomic_load(&is_exiting))
        return own;
    bb__team *team = new_team(threads);
    if (!team)
        return own;
    if (own)
        end_team(own);
    if (pthread_setspecific(key, team) != 0)
        return end_team(team), NULL;
    return own = team;
}
