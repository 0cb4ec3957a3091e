// Every bound of Ringfence, each with its reason. A full queue refuses and counts; nothing grows without a limit.
// Must not know: anything; it is numbers only.
#pragma once

#include <cstddef>
#include <cstdint>

namespace ringfence::limits {

// --- wire -----------------------------------------------------------------------------------------------------------
// Largest webhook body we gather. Telnyx call events are 1-4 KB; a recording or AI event may carry transcripts.
inline constexpr std::size_t kBodyBytes = 256 * 1024;
// Largest frame: a full body plus its fields (ids, headers), which are bounded below.
inline constexpr std::size_t kFramePayloadBytes = kBodyBytes + 16 * 1024;
// One text field of a frame (id, type, scheme, partition, trace context). R-013 stores ids up to 255 bytes.
inline constexpr std::size_t kFieldBytes = 255;
// Verified headers carried along with an event.
inline constexpr std::size_t kFrameHeaders = 8;
inline constexpr std::size_t kFrameHeaderValueBytes = 512;
// A reply to the operator: `calls` with kListedCalls rows, or one long ladder.
inline constexpr std::size_t kReplyBytes = 4 * 1024 * 1024;
// Nesting of untrusted JSON. Real events nest 5 deep.
inline constexpr std::size_t kJsonDepth = 32;

// --- edge -----------------------------------------------------------------------------------------------------------
// Keys of one location: two for a rotation, the rest for several accounts on one endpoint.
inline constexpr std::size_t kWebhookKeys = 16;
// Sixteen of the longest keys with their labels, and as much again in comments.
inline constexpr std::size_t kKeyFileBytes = 16 * 1024;
// Largest body the gate verifies; client_max_body_size decides below it. It is gathered in one piece in memory, for as
// long as it is verified; a mail provider's or a form's inlined attachment is the largest seen.
inline constexpr std::size_t kGateBodyBytes = 4 * 1024 * 1024;
// A dedup lookup walks one bucket; longer walks mean a corrupted table and are cut.
inline constexpr std::size_t kDedupBucketSlots = 8;
// The longest a dedup entry may stay. Telnyx retries for a minute, an operator may resend after a weekend. An entry
// that claims to last longer is garbage from a torn write and its slot is free.
inline constexpr std::int64_t kDedupWindowMs = 7LL * 24 * 3600 * 1000;
// The longest a claim may block its slot: hand-over ends after kVerdictMs, so this is generous by far.
inline constexpr std::int64_t kDedupLeaseMs = 10LL * 60 * 1000;

// --- worker ---------------------------------------------------------------------------------------------------------
// nginx keeps at most `keepalive` connections per worker process; 64 workers x 32 is a large machine.
inline constexpr std::size_t kIngestConnections = 2048;
inline constexpr std::size_t kControlConnections = 16;
// Events in the whole engine. At 20 k events/s this is 200 ms of work; past it the verdict is `later`.
inline constexpr std::size_t kEngineQueue = 4096;
// Of these, the last eighth is for hang-ups and answers: who talks or leaves is not told to come again by who rings.
inline constexpr std::size_t kUrgentEvents = kEngineQueue / 8;
// Calls that are only beginning, waiting and in work together. Half the connections that nginx may have here: the
// others are answered `later` at once, and the events of live calls find one free.
inline constexpr std::size_t kNewCalls = 1024;
// Of these, in work: so many loads and commits, and what these calls bring with them, stand before a hang-up in the
// store's queue. On a store so sick that it serves 200 requests a second that is a good part of a second of its 1.5; on
// one that syncs in 20 ms it is still 1,500 new calls a second.
inline constexpr std::size_t kNewCallsAtOnce = 32;
// Sessions kept in memory, 2 to 4 KB each: those with something still to come, so that 100,000 live calls need no load
// from the store, and ended ones, of which little is heard any more. One not here is loaded.
inline constexpr std::size_t kLiveSessions = 131'072;
inline constexpr std::size_t kEndedSessions = 8'192;
// A commit that keeps losing to another worker pauses (kStoreRetryMs): the other has a burst of events of this call
// queued and needs no round trip between them. Seen with two workers and 50 calls: at most 8 in a row, rarely.
inline constexpr int kCommitConflicts = 8;
// The provider stops waiting for our answer at 2 s; a verdict after that is worth nothing (facts: Telnyx, delivery).
inline constexpr std::int64_t kVerdictMs = 1500;
// A decision that became durable later than this sends nothing by itself: with dedupe_window (45 s) and a deadline
// (2.5 s) on top it stays inside the 60 s in which the provider knows a command_id.
inline constexpr std::int64_t kGateMs = 5000;
// Asked to hang up so often, over a minute by then, a leg counts as one that the provider does not end.
inline constexpr int kHangups = 5;
// An answered caller who is not bridged by then hears nothing that anybody meant. Both attempts take 5 s.
inline constexpr std::int64_t kSilentCallerMs = 30'000;
// Sessions taken over in one due-time scan, and how long the claim keeps other workers from doing the same work.
inline constexpr std::size_t kDueBatch = 100;
inline constexpr std::int64_t kDueClaimMs = 2000;
inline constexpr std::int64_t kDueScanMs = 250;
// While running, the scan takes only what is this late: a session's own worker gets its turn first.
inline constexpr std::int64_t kDueSlackMs = 500;
// A clock set back by this much or more is a step, of which calls are told; less than it waits for more.
inline constexpr std::int64_t kClockStepMs = 1000;
// A deadline that changed nothing (a clock that stepped back) is looked at again after this, not at once.
inline constexpr std::int64_t kTickAgainMs = 100;
// Pause before the store is asked again after an unknown outcome, doubling: 25 + 50 + ... + 400 fills kVerdictMs.
inline constexpr std::int64_t kStoreRetryMs = 25;
inline constexpr std::int64_t kStoreRetryMaxMs = 400;
// How stale the directory may be on a worker other than the one that imported it.
inline constexpr std::int64_t kDirectoryRefreshMs = 1000;
// Connections waiting to be accepted: while ringd restarts behind an inherited socket, nginx's requests wait here
// instead of failing. As many as we would take anyway.
inline constexpr int kListenBacklog = 2048;
// One read from a socket. Held per connection when a peer sends its next request before the reply: 2048 x 64 KB are
// 128 MB at the very worst, from peers of known user id.
inline constexpr std::size_t kSocketReadBytes = 64 * 1024;
// A peer that takes longer than this for one frame, or for reading one reply, is gone or means harm: both sides are on
// this machine, and 16 MB cross a Unix socket in 10 ms.
inline constexpr std::int64_t kStalledPeerMs = 10'000;
// How long a stopping worker finishes what is in flight: a verdict takes 1.5 s at most, the rest is for slow readers.
inline constexpr std::int64_t kDrainMs = 5000;
// How long a starting worker waits for its store, and then for the directory, before it takes events all the same and
// tells them `later`: nginx waits kVerdictMs and more for those in the backlog, and a store that is there needs 20 ms.
inline constexpr std::int64_t kStartMs = 500;
inline constexpr std::size_t kConfigBytes = 1024 * 1024;
// One API key or password; Telnyx's have 60 characters.
inline constexpr std::size_t kSecretFileBytes = 4096;
// PIPE_BUF: a line up to this is written whole or not at all.
inline constexpr std::size_t kLogLineBytes = 4096;
// Lines of one kind a second; a full engine would otherwise spend its time on telling so.
inline constexpr std::uint32_t kLogLinesPerSecond = 200;
// Kinds of lines told apart by that limit; the code has fewer than 64.
inline constexpr std::size_t kLogSources = 128;
// Recent ladder lines kept for `ringctl watch`.
inline constexpr std::size_t kWatchLines = 4096;
// Of these in one reply: a line with 64 commands weighs ~6 KB, and the reply has kReplyBytes.
inline constexpr std::size_t kWatchReplyLines = 500;
inline constexpr std::size_t kListedCalls = 1000;
// How long ringctl waits for an answer: longer than a store that is away takes to say so.
inline constexpr std::int64_t kControlAnswerMs = 5000;
inline constexpr std::size_t kDirectoryBytes = 16 * 1024 * 1024;

// The provider's count of its deliveries; what claims more is no count.
inline constexpr int kAttempts = 1000;
// What is kept of a genuine webhook that is of no call, and how many of them may be on their way into the store: a
// provider that has gone mad must not fill the store's queue.
inline constexpr std::size_t kKeptBodyBytes = 8 * 1024;
inline constexpr std::size_t kKeptInFlight = 64;
// Those that have a consumer: on their way into the store, and answers that are, several times what may be on the wire;
// one webhook whole, which for messages and orders is a few kB; and how long a subject is known: longer than its events
// may be put through again (kKeptEventsMs).
inline constexpr std::size_t kForwardInFlight = 512;
inline constexpr std::size_t kForwardBytes = 64 * 1024;
inline constexpr std::int64_t kForwardedMs = 8LL * 24 * 3'600'000;
// Of one subject: events as far as each other of which copies are recognised. A notice that has not left within so long
// after it was decided leaves another time: then somebody else may have told a newer one.
inline constexpr std::size_t kForwardPeers = 8;
inline constexpr std::int64_t kForwardStartMs = 5'000;

// --- configuration --------------------------------------------------------------------------------------------------
// nginx itself stops at its 4096-byte buffer for one argument.
inline constexpr std::size_t kConfArgBytes = 4096;
// nginx's own modules take at most 8 arguments; a device list may be longer.
inline constexpr std::size_t kConfArgs = 64;
// Deepest tree we have is organisation -> user -> device.
inline constexpr std::size_t kConfDepth = 8;
// A directory of kDirectoryBytes with lines of ~30 bytes.
inline constexpr std::size_t kConfDirectives = 600'000;

// --- store ----------------------------------------------------------------------------------------------------------
// Requests a store holds at once: every event of a full engine may have a load and a commit under way.
inline constexpr std::size_t kStoreQueue = 2 * kEngineQueue;
// What those may weigh together; real documents are ~2 KB, only an attack or a bug gets near.
inline constexpr std::size_t kStoreQueueBytes = 64 * 1024 * 1024;
// Requests in one transaction of the embedded store: ~10 ms of work, so that nobody waits longer behind a full queue.
inline constexpr std::size_t kStoreBatch = 512;
// Expired sessions removed in one go, and how often the embedded store looks for them.
inline constexpr std::size_t kStoreSweep = 64;
inline constexpr std::int64_t kStoreSweepMs = 1000;
// Rows of lists looked at in one go at most, ~4 ms, and in how many of them the sweep goes round all rows, ten minutes:
// the most rows an event log may have, 1,000,000, are 1,667 a second.
inline constexpr std::size_t kStoreSweptRows = 4096;
inline constexpr std::size_t kStoreRoundSweeps = 600;
// Marks in a session's row, 16 characters each: those of a call to five devices. Only longer calls write a page more,
// with every 16th event.
inline constexpr std::size_t kStoreMarks = 32;
// Sessions of which the embedded store knows the row without looking it up: 100,000 live calls, 5 MB.
inline constexpr std::size_t kStoreRowsKnown = 131'072;
// By what part of its life the embedded store keeps a session too long, so that most commits need not move its end.
inline constexpr std::int64_t kStoreLongerLife = 8;
// Commits on one Redis connection: past ~1 MB hiredis moves its output buffer with every partial write.
inline constexpr std::size_t kStoreInFlight = 256;
// A Redis that has not answered for this long is away: an answer must still fit into kVerdictMs.
inline constexpr std::int64_t kStoreReplyMs = 1000;
inline constexpr std::int64_t kStoreConnectMs = 1000;
inline constexpr std::int64_t kStoreReconnectMinMs = 50;
inline constexpr std::int64_t kStoreReconnectMaxMs = 2000;
// How often a Redis connection looks for a late reply, and how often it asks whether the server is still the master.
inline constexpr std::int64_t kStoreTickMs = 100;
inline constexpr std::int64_t kStoreHeartbeatMs = 1000;

// The fallback while the store of the fleet is away. So many failures in a row over so long, of which none is older
// than the last, and it is away: a commit has 1.5 s, so the verdict must fall sooner.
inline constexpr int kFallbackFailures = 3;
inline constexpr std::int64_t kFallbackAwayMs = 1000;
inline constexpr std::int64_t kFallbackStaleMs = 10'000;
// Well for so long, asked so often, and it is back.
inline constexpr std::int64_t kFallbackBackMs = 5000;
inline constexpr std::int64_t kFallbackProbeMs = 1000;
// How often unanswered commits are made again and sessions that may go home are looked at.
inline constexpr std::int64_t kFallbackTendMs = 100;
// Sessions that live here at once: two hours of a busy switchboard (7 calls/s); on disk ~100 KB each at most.
inline constexpr std::size_t kFallbackSessions = 50'000;
// Of these, such as are no calls: events of no call, and rows of dead ones. As many as calls there would be in 25
// minutes; they can be told later, and wait in memory, where a call cannot.
inline constexpr std::size_t kFallbackNotes = 10'000;
// Rows of one list that are copied for an outage: every device there may be (kDevices).
inline constexpr std::size_t kFallbackRows = 100'000;
// Read in one go at the start, and on their way home at once: more would make commits of calls wait behind them.
inline constexpr std::size_t kFallbackFound = 500;
inline constexpr std::size_t kFallbackLeaving = 8;
// Calls remembered as begun in the fleet's store (200 a second, for kFallbackDoubtMs; beyond it none begins here), and
// calls remembered as not begun there: told later before it was known that the store is away, or beginning right now.
inline constexpr std::size_t kFallbackBegun = 131'072;
inline constexpr std::size_t kFallbackTurnedAway = 10'000;
// After this the provider tries no more to tell us of a call's beginning (telnyx: 5 retries in 60 s, each 30 s at
// most).
inline constexpr std::int64_t kFallbackDoubtMs = 10 * 60'000;
// What has not gone home by then is nobody's call any more.
inline constexpr std::int64_t kFallbackKeepMs = 7LL * 24 * 3'600'000;
// Other workers leave a call alone for this long because of the mark on its legs: longer than nearly every outage; then
// it is a stray like any other.
inline constexpr std::int64_t kFallbackHomeMs = 2LL * 3'600'000;
// How often a worker signs the register of its store, and how many workers the register keeps.
inline constexpr std::int64_t kFallbackSignMs = 60'000;
inline constexpr std::size_t kWorkersListed = 1000;
// A Sentinel or a node of a cluster that has not answered within 200 ms is passed over for the next one; all of them
// are asked again after 100 ms, and even without a reason every second: a message of a new master can be lost.
inline constexpr std::int64_t kStoreAskMs = 200;
inline constexpr std::int64_t kStoreAskAgainMs = 100;
inline constexpr std::int64_t kStoreAskEveryMs = 1000;
// How many of them are remembered; a cluster that large has more who know.
inline constexpr std::size_t kStoreServers = 64;
// MOVED and ASK followed for one request: a slot under way gives two, a failover beside it one more.
inline constexpr std::size_t kStoreRedirects = 5;
// Masters connected at once: 65 places are in no more of them, twice that while they move.
inline constexpr std::size_t kStoreNodes = 130;
// A master that only a redirection led to is kept this long, for the rest of its slot.
inline constexpr std::int64_t kStoreKeepMs = 5000;
// The same complaint of Redis is repeated in the log after this long; in between it is counted.
inline constexpr std::int64_t kStoreComplainMs = 10'000;
// An event as its ladder line keeps it for a replay: a webhook takes ~500 bytes, an audit of 64 legs ~20 KB.
inline constexpr std::size_t kStoredEventBytes = 32 * 1024;
// Requests that nginx brings for others and that are not answered yet. Each may have a question to all 64 shards under
// way, 5 ms of a Redis' time and of ours: so live calls wait 40 ms behind them at worst, and kStoreQueue stays theirs.
inline constexpr std::size_t kReadingAtOnce = 8;
// Rows of a kept list in one answer.
inline constexpr std::size_t kListLines = 1000;
// Of a longer list each of a Redis' 64 shards keeps its part, of a shorter one up to so many: sessions fall unevenly.
inline constexpr std::size_t kShardRows = 1000;
// Asked of each shard beyond four times its even part, so that one question nearly always does.
inline constexpr std::size_t kShardShare = 8;
// Rows that one commit clears away when a list is too long; more than one only after its bound was lowered.
inline constexpr std::size_t kListTrim = 100;
// Lists whose length the embedded store remembers: the log, and the missed calls of as many users.
inline constexpr std::size_t kListsCounted = 1024;
// Missed calls in one list (of a Redis shard), and for how long they are kept.
inline constexpr std::size_t kLedgerRows = 1000;
inline constexpr std::int64_t kLedgerMs = 30LL * 24 * 3'600'000;
// Genuine events that are of no call, of each list: unreadable ones, and those of other families. With their bodies
// that is 2 MB of a file, and at the very worst 130 MB of a Redis.
inline constexpr std::size_t kKeptEvents = 250;
inline constexpr std::int64_t kKeptEventsMs = 7LL * 24 * 3'600'000;
// Events that could not be applied, listed as dead: what a full memory of them (kFailingEvents) brings after an outage,
// and as much from before. With their bodies 90 MB of a file at the worst; a shard of a Redis keeps up to kShardRows of
// them, all together 700 MB at the very worst. Who delivers them again needs every one, so what finds no room is
// counted.
inline constexpr std::size_t kDeadRows = 8192;
// Events that are told `later`, remembered by their id: as many as a full engine refuses in the time in which the
// provider comes again; with their bodies 50 MB at the worst. How often they are looked at, and for how long: the
// longest chain of the provider's attempts ends after about eight minutes. One that is still to be listed as dead stays
// until it is, or for kKeptEventsMs.
inline constexpr std::size_t kFailingEvents = 4096;
// Rows of these on their way into the store: when it is back after an outage thousands want to be written, and a
// hang-up stands behind whatever is in its queue. Half of what new calls may put there; 3 ms each and all are there in
// a second.
inline constexpr std::size_t kDeadRowsAtOnce = 16;
inline constexpr std::int64_t kFailingLookMs = 1000;
inline constexpr std::int64_t kFailingMs = 10LL * 60'000;
// Rows of the event log read at once, and looked at in all for one answer: a search that finds little says how far it
// came, before ringctl stops waiting. 256 names of 64 shards take Redis and us 5 ms.
inline constexpr std::size_t kEventPage = 256;
inline constexpr std::size_t kEventsLookedAt = 20'000;
inline constexpr std::int64_t kEventSearchMs = 2000;
// Events delivered again for one request, for how long, and how many a second: beside live calls.
inline constexpr std::size_t kRedeliverBatch = 64;
inline constexpr std::int64_t kRedeliverMs = 2000;
inline constexpr std::int64_t kRedeliverPerSecond = 200;
// Lines kept of one ladder: a 64-leg call with retries makes ~500.
inline constexpr std::size_t kLadderLines = 1000;
// Of a longer one the embedded store keeps so many more, lest every commit of a long call deletes a line.
inline constexpr std::size_t kLadderTrim = 64;

// --- one call -------------------------------------------------------------------------------------------------------
// Devices rung at once: Telnyx's default concurrency is 10; R-020 tests 64.
inline constexpr std::size_t kLegs = 64;
// Events of one session waiting for the commit in flight: of each leg it may be said at once that it rings, was
// answered and has ended, and the caller's own. Fewer, and 64 who answer together wait for the provider's retries.
inline constexpr std::size_t kSessionQueue = 3 * kLegs + 16;
// What a person can have rung for: the provider's own range for a dial's timeout_secs.
inline constexpr std::int64_t kRingMinMs = 5'000;
inline constexpr std::int64_t kRingMaxMs = 600'000;
// A caller's network ends a call that nobody answers after about three minutes (SIP's timer C): voicemail has to come
// before that, with room for answering.
inline constexpr std::int64_t kVoicemailByMs = 170'000;
// Losers that ring on until the bridge is up: longer than bridging takes with its retry, shorter than people notice.
inline constexpr std::int64_t kHoldLosersMs = 10'000;
inline constexpr std::size_t kWaves = 16;
// Exceptions of one opening schedule: the holidays of decades.
inline constexpr std::size_t kScheduleExceptions = 1000;
// One SIP header to an agent, and all together: an INVITE should stay below what TCP to a media server takes easily.
inline constexpr std::size_t kSipHeaderBytes = 1024;
inline constexpr std::size_t kSipHeadersBytes = 6 * 1024;
// Summaries of earlier conversations in memory: the callers of a busy day, of each what a SIP header takes.
inline constexpr std::size_t kSummaries = 10'000;
inline constexpr std::size_t kSummaryBytes = 1000;
inline constexpr std::int64_t kSummaryMs = 24LL * 3'600'000;
// What is spoken to a caller; Telnyx's speak takes 3,000 characters.
inline constexpr std::size_t kGreetingBytes = 3000;
// Commands waiting for their result in one session: at worst a dial, a prompt, a hangup and an outcome to be told per
// leg, and the parent's own.
inline constexpr std::size_t kOutbox = 4 * kLegs + 16;
// An outcome that the organisation's application does not take is offered again for a day.
inline constexpr std::int64_t kNotifyMs = 24LL * 3'600'000;
// A session document: 64 legs of ~300 bytes each and the outbox.
inline constexpr std::size_t kDocumentBytes = 128 * 1024;

// --- outcomes told to applications -----------------------------------------------------------------------------------
// Applications of one worker, and the secrets of each while they are exchanged: an old one, a new one, room for doubt.
inline constexpr std::size_t kNotifyApplications = 256;
inline constexpr std::size_t kNotifySecrets = 4;
// Requests on the wire, of one application and of all: one that never answers keeps a few places, not all.
inline constexpr std::size_t kNotifyInFlightEach = 4;
inline constexpr std::size_t kNotifyInFlight = 128;
// Waiting for one application: about 150 calls of five devices. Past it the outbox of each call keeps them.
inline constexpr std::size_t kNotifyQueue = 1024;
// Nobody reads the answer; past this the connection is not worth keeping.
inline constexpr std::size_t kNotifyReplyBytes = 64 * 1024;

// --- provider -------------------------------------------------------------------------------------------------------
// Commands on the wire at once; Telnyx's HTTP/2 allows 100 streams a connection; at most four are open.
inline constexpr std::size_t kCommandsInFlight = 150;
inline constexpr std::size_t kCommandQueue = 8192;
// Dials and audits use at most 4/5 of either: a burst of ringing must never make a hang-up or a bridge wait.
inline constexpr std::size_t kUrgentShare = 5;
inline constexpr long kProviderConnections = 4;
// HTTP/1.1 carries one request a connection, so over plain http (loopback: tests, a local gateway) this is also the
// bound in flight: more would wait inside curl, where a hang-up cannot overtake a dial.
inline constexpr long kProviderConnectionsPlain = 32;
// A full page of call events with the raw webhooks in it weighs ~500 KB.
inline constexpr std::size_t kProviderReplyBytes = 1024 * 1024;
// The breaker in front of the provider opens after so many failures in a row, or when half of the requests of two spans
// fail and there were enough of them to tell. Five: the devices of one call, which are dialled together.
inline constexpr int kBreakerInARow = 5;
inline constexpr int kBreakerShareOf = 20;
inline constexpr std::int64_t kBreakerSpanMs = 5000;
// How long nothing is asked then, doubling: a phone that must stop ringing does so within these five seconds, and the
// pause of its own hang-up, of the provider's return. A connection that broke with all its requests costs the first.
inline constexpr std::int64_t kBreakerFirstMs = 500;
inline constexpr std::int64_t kBreakerMostMs = 5000;
// Hang-ups and looks get so much of a start over dials: what tries first had better harm nobody.
inline constexpr std::int64_t kProbeGraceMs = 250;
// A 429 halves the rate, once in kSlowedMs, down to this share; it is whole again after kRateBackMs without one. So
// long as the provider asks, but within these bounds, patient commands wait meanwhile: dials have 2.5 s to be sent.
inline constexpr std::int64_t kSlowedMs = 1000;
inline constexpr std::int64_t kSlowedMostMs = 5000;
inline constexpr int kSlowestShare = 32;
inline constexpr std::int64_t kRateBackMs = 10'000;
// Without a rate of ours: where the halving begins.
inline constexpr int kUnlimitedRate = 10'000;
// A command that has waited so long that less than this is left of its deadline is not sent: Telnyx answers within
// 500 ms, and an earlier end would only turn "not sent" into "unknown".
inline constexpr std::int64_t kProviderAnswerMs = 500;
// Unacknowledged bytes for this long mean a dead path: without it HTTP/2 keeps one dead connection for ever.
inline constexpr unsigned kProviderUnackedMs = 2000;
// Idle connections kept for reuse; longer than the 4 minutes between two keep-warm requests.
inline constexpr long kProviderIdleSecs = 300;
// A Retry-After beyond the window of a command_id is of no use.
inline constexpr std::int64_t kRetryAfterMs = 60'000;
// The same for a hang-up, an answer or a bridge, for which somebody waits on the phone.
inline constexpr std::int64_t kUrgentRetryAfterMs = 10'000;
// Text of a provider's error kept for the ladder.
inline constexpr std::size_t kDetailBytes = 200;
// A slow voice says twelve or thirteen letters a second; a letter of three bytes is a syllable.
inline constexpr std::int64_t kSpokenByteMs = 80;
// Telnyx refuses longer texts to speak, and longer names to display.
inline constexpr std::size_t kSpeakCharacters = 3000;
inline constexpr std::size_t kDisplayNameCharacters = 128;
// One client_state; ours are ~100 bytes, other software's may be longer and are dropped.
inline constexpr std::size_t kClientStateBytes = 4096;
// Pages of one listing an audit reads, and records a page (the provider's own maximum).
inline constexpr int kAuditPages = 8;
inline constexpr std::size_t kAuditPageItems = 250;
// Live calls of ours that one sweep takes from a connection's list, and strays it looks into; the next sweep goes on,
// and soon when there is more to read: two requests a second for as long as that takes.
inline constexpr std::size_t kSweepLegs = 2000;
inline constexpr std::size_t kSweepStrays = 50;
inline constexpr std::int64_t kSweepPauseMs = 5'000;
// Connections that a sweep knows of: a fleet has one, and one more while it moves.
inline constexpr std::size_t kSweepConnections = 8;
// An opaque cursor; the documented example has 190 bytes.
inline constexpr std::size_t kCursorBytes = 2048;
// Requests about devices' credentials: on the wire at once, waiting for that, and how long one may take, waiting
// included. Devices register when people start an application; calls use the same account and come first.
inline constexpr std::size_t kCredentialsInFlight = 4;
inline constexpr std::size_t kCredentialsWaiting = 256;
inline constexpr std::int64_t kCredentialAnswerMs = 5'000;
// Devices that register at once in one worker, and requests for each that wait: an application that asks again and
// again. How long each waits (ringctl for kControlAnswerMs), and how often it is looked whether another worker was
// faster.
inline constexpr std::size_t kRegistering = 1024;
inline constexpr std::size_t kRegisteringEach = 64;
inline constexpr std::int64_t kRegistrationMs = 4'500;
inline constexpr std::int64_t kRegistrationLookMs = 200;
// Devices that are registered, in the store's list and in each worker's memory (~300 bytes each); and how long a record
// is kept that nobody writes: longer than a credential is valid, at whose end it is written.
inline constexpr std::size_t kDevices = 100'000;
inline constexpr std::int64_t kDeviceKeptMs = 40LL * 24 * 3'600'000;
// How long one stays of which nothing exists any more, longer than any worker is paused that still has it in hand; and
// how long one that nobody can read is left alone.
inline constexpr std::int64_t kDeviceOverMs = 3'600'000;
// Rows of that list are read each second with those of the last three, for commits that were under way. Every half
// minute the last one is, for clocks that differ by so much; every five minutes all, for whatever was overlooked all
// the same.
inline constexpr std::int64_t kDevicesOverlapMs = 3'000;
inline constexpr std::int64_t kDevicesLongOverlapMs = 60'000;
inline constexpr std::int64_t kDevicesLongMs = 30'000;
inline constexpr std::int64_t kDevicesWholeMs = 300'000;
// Credentials of one device that are still to be removed: one for each time it registered anew while the provider could
// not be reached. What does not fit is found by the next look.
inline constexpr std::size_t kRetiredCredentials = 16;
// Credentials of one device in one list; the provider lets a tag have 1000, a device has one, and two while it changes.
inline constexpr std::size_t kCredentialPages = 4;
// Of one page: the provider's own maximum.
inline constexpr std::size_t kCredentialPageItems = 250;

}  // namespace ringfence::limits
