-- hand-written script of an accounting product, no brackets, few semicolons
create table dbo.account
(
  account_id int identity not null primary key,
  iban char(34) not null unique,
  owner varchar(100) not null default 'nobody; (yet)',
  opened datetime not null constraint df_opened default getdate(),
  balance money default 0 check (balance > -10000),
  parent int null references account(account_id),
  kind varchar not null,
  note nvarchar null
)
create table dbo.booking
(
  booking_id bigint not null,
  debit int not null constraint fk_debit foreign key references dbo.account(account_id),
  credit int not null,
  amount decimal(18,2) not null,
  on_day date not null,
  constraint pk_booking primary key nonclustered (booking_id),
  constraint fk_credit foreign key (credit) references dbo.account (account_id) on delete no action,
  constraint uq_booking unique clustered (on_day, booking_id),
  index ix_amount nonclustered (amount),
  check (debit <> credit)
)
create unique index ux_day on dbo.booking(on_day, debit, credit, amount)
alter table dbo.booking add text nvarchar(200) null, tax decimal(9,4) null default 0.19
alter table dbo.booking alter column on_day datetime2(3) not null
alter table dbo.booking add constraint ck_amount check (amount <> 0), constraint df_day default sysdatetime() for on_day
print 'it''s done'
go
create view dbo.balances as select debit, sum(amount) as total from dbo.booking group by debit
go
grant select on dbo.account to public
insert into dbo.account (iban, owner, kind) values ('DE00', 'it''s; create table x (a int)', 'x')
go
