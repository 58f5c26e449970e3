-- The ledger. Dates are ISO, times UTC, amounts millionths. demo: 0 or 1. venue_id: 0 where the run named no venue.

-- Workbooks that were taken in. A workbook whose stamp (size, times, place on the disk) is the same is not read again.
create table files (
    name        text primary key,
    demo        integer not null,
    venue_id    integer not null,
    day         text not null,
    revision    integer not null,
    stamp       text not null,
    sha256      text not null,
    state       text not null check (state in ('untouched', 'edited', 'unreadable')),
    modified_by text not null,  -- as the program that saved it wrote
    unreadable  text not null   -- JSON: the cells that can't be read, or why the workbook can't
) strict;
create index files_by_day on files (demo, venue_id, day);

-- What people wrote in edited workbooks: reconcile.ledger.item.Response and Answer as JSON.
create table answers (
    item_id  text not null,
    file     text not null references files (name) on delete cascade,
    response text not null,
    primary key (item_id, file)
) strict, without rowid;
create index answers_by_file on answers (file);
create table cause_answers (
    file     text not null references files (name) on delete cascade,
    cause_id text not null,
    answer   text not null,
    primary key (file, cause_id)
) strict, without rowid;

-- Who signed which day off, in which workbook. `facts` is a digest of what the day said then.
create table sign_offs (
    demo      integer not null,
    venue_id  integer not null,
    day       text not null,
    file      text not null,
    role      text not null,
    name      text not null,
    date      text not null,
    facts     text not null,
    withdrawn integer not null,  -- 1: the facts changed since
    primary key (file, role)
) strict, without rowid;

-- What the JSON report of a day found, and what it could not judge.
create table reports (
    demo     integer not null,
    venue_id integer not null,
    day      text not null,
    stamp    text not null,
    judged   text not null,  -- JSON
    primary key (demo, venue_id, day)
) strict, without rowid;

-- The stocks that the operations in an evidence file name, as JSON: a file without any of those looked for is not read.
create table evidence_stocks (
    file   text primary key,
    stamp  text not null,
    stocks text not null
) strict, without rowid;

-- Every item that was ever open, as the newest day that has it left it.
create table items (
    demo      integer not null,
    venue_id  integer not null,
    id        text not null,
    rule      text not null,
    first_day text not null,
    last_day  text not null,  -- the last that found it
    as_of     text not null,  -- the day whose run left it so
    status    text not null,
    is_open   integer not null,
    value     integer,
    cause     text not null,
    comment   text not null,
    item      text not null,  -- reconcile.ledger.item.Item as JSON
    primary key (demo, venue_id, id)
) strict;
create index open_items on items (demo, venue_id, first_day) where is_open;
create index items_by_run on items (demo, venue_id, as_of);

create index sign_offs_by_day on sign_offs (demo, venue_id, day);

create table days (
    demo      integer not null,
    venue_id  integer not null,
    day       text not null,
    runs      integer not null,
    last_run  text not null,
    evidence  text not null,  -- a digest of its records
    verdict   text not null,
    totals    text not null,  -- JSON
    facts     text not null,  -- a digest of what it found
    primary key (demo, venue_id, day)
) strict;

-- The trail. Each event carries the hash of itself and the one before it; `head` says which is the last.
create table events (
    seq         integer primary key,
    at          text not null,
    demo        integer not null,
    venue_id    integer not null,
    day         text not null,
    item_id     text not null,
    kind        text not null,
    by          text not null,
    file        text not null,
    file_sha256 text not null,
    before      text not null,  -- JSON
    after       text not null,  -- JSON
    hash        text not null
) strict;
create index events_by_day on events (demo, venue_id, day, kind);
create index events_by_item on events (demo, venue_id, item_id);
create trigger events_never_change before update on events begin select raise(abort, 'append-only'); end;
create trigger events_never_go before delete on events begin select raise(abort, 'append-only'); end;
create table head (
    only_row integer primary key check (only_row = 1),
    seq      integer not null,
    hash     text not null
) strict;
insert into head values (1, 0, '');
