-- phpMyAdmin SQL Dump
-- version 5.2.1
SET SQL_MODE = "NO_AUTO_VALUE_ON_ZERO";
START TRANSACTION;
SET time_zone = "+00:00";

--
-- Database: `forum`
--

CREATE TABLE `users` (
  `id` int(11) NOT NULL,
  `login` varchar(40) COLLATE utf8mb4_bin NOT NULL,
  `parent` int(11) DEFAULT NULL,
  `score` int(11) NOT NULL DEFAULT -1,
  `ratio` decimal(5,4) DEFAULT 0.5000,
  `bio` text DEFAULT 'no bio; yet',
  `joined` datetime DEFAULT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

CREATE TABLE `posts` (
  `id` bigint(20) unsigned NOT NULL,
  `user` int(11) NOT NULL,
  `thread` bigint(20) unsigned DEFAULT NULL,
  `body` longtext NOT NULL,
  `meta` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL CHECK (json_valid(`meta`)),
  `ts` timestamp NULL DEFAULT NULL
) ENGINE=Aria DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

CREATE TABLE `order` (
  `group` int(11) NOT NULL,
  `rank` int(11) NOT NULL,
  `select` varchar(5) DEFAULT NULL,
  `tick``ed` int(11) DEFAULT NULL,
  `with space` int(11) DEFAULT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

ALTER TABLE `users` ADD PRIMARY KEY (`id`),
  ADD UNIQUE KEY `login` (`login`),
  ADD KEY `parent` (`parent`);

ALTER TABLE `posts` ADD PRIMARY KEY (`id`),
  ADD KEY `user` (`user`);

ALTER TABLE `order` ADD PRIMARY KEY (`group`,`rank`) USING BTREE,
  ADD UNIQUE KEY `odd` (`tick``ed`,`with space`);

ALTER TABLE `users` MODIFY `id` int(11) NOT NULL AUTO_INCREMENT,
  AUTO_INCREMENT=17;

ALTER TABLE `posts` MODIFY `id` bigint(20) unsigned NOT NULL AUTO_INCREMENT;

ALTER TABLE `users` ADD CONSTRAINT `users_ibfk_1` FOREIGN KEY (`parent`) REFERENCES `users` (`id`) ON DELETE SET NULL ON UPDATE SET NULL;
COMMIT;
