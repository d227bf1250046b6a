-- One thousand customers, the same each time: every value follows from the row's number.
create table customers (
  id        integer primary key,
  full_name text not null,
  phone     text not null unique,
  tier      text not null check (tier in ('bronze', 'silver', 'gold')),
  balance   numeric(10, 2) not null
);

insert into customers (id, full_name, phone, tier, balance)
select
  n,
  (array['Ada', 'Björn', 'Chiara', 'Dmitri', 'Elif', 'Femi', 'Grace', 'Hiro', 'Inès', 'Jamal'])[1 + n % 10]
    || ' ' ||
  (array['Okafor', 'Nguyen', 'Rossi', 'Haddad', 'Svensson', 'Novák', 'Silva', 'O''Brien', 'Tanaka', 'Keller'])[1 + (n / 10) % 10],
  '+1555' || lpad((n * 7919 % 10000000)::text, 7, '0'),
  case when n % 20 = 0 then 'gold' when n % 4 = 0 then 'silver' else 'bronze' end,
  round((n * 37 % 100000) / 7.0, 2)
from generate_series(1, 1000) as n;
