/* hand-written for HSQLDB; names fold to capitals */
SET DATABASE SQL SYNTAX PGS TRUE;
create memory table public.team (id integer identity primary key, name varchar(40) not null, founded date default current_date, unique (name));
create memory table public.player (id integer generated always as identity (start with 1, increment by 1) primary key, team_id integer, name varchar(80), born date, goals integer default 0 check (goals >= 0), foreign key (team_id) references public.team (id));
create memory table public.game (home integer not null, away integer not null, at timestamp not null, score varchar(7), constraint pk_game primary key (home, away, at), constraint fk_home foreign key (home) references public.team, constraint fk_away foreign key (away) references public.team, constraint ck_two check (home <> away));
create view public.scorers as select name, goals from player where goals > 0;
