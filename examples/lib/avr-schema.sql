-- The tables of AVR's dashboard (avr-app 1.5), as TypeORM writes them.  The reconciler reads
-- provider, agent, call and call_event, and writes to none; the others are here because they are
-- in every real file.
CREATE TABLE "user" (
  "id" varchar PRIMARY KEY NOT NULL, "username" varchar NOT NULL,
  "passwordHash" varchar NOT NULL, "role" text NOT NULL DEFAULT ('viewer'),
  CONSTRAINT "UQ_78a916df40e02a9deb1c4b75edb" UNIQUE ("username"));
CREATE TABLE "provider" (
  "id" varchar PRIMARY KEY NOT NULL, "type" text NOT NULL, "name" varchar NOT NULL,
  "config" text, CONSTRAINT "UQ_39c1a7b4cdd7cfb27b9ee9e5002" UNIQUE ("name"));
CREATE TABLE "phone" (
  "id" varchar PRIMARY KEY NOT NULL, "fullName" text NOT NULL DEFAULT (''),
  "password" varchar NOT NULL);
CREATE TABLE "trunk" (
  "id" varchar PRIMARY KEY NOT NULL, "name" varchar NOT NULL, "password" varchar NOT NULL,
  "transport" varchar NOT NULL DEFAULT ('udp'), "codecs" varchar NOT NULL DEFAULT ('ulaw,alaw'),
  CONSTRAINT "UQ_86daddfb6ae410be829b547c8c2" UNIQUE ("name"));
CREATE TABLE "call" (
  "id" varchar PRIMARY KEY NOT NULL, "uuid" varchar NOT NULL, "agentId" varchar,
  "startedAt" datetime, "endedAt" datetime,
  CONSTRAINT "UQ_bad62c99e2a125e5518313456b8" UNIQUE ("uuid"));
CREATE TABLE "recording" (
  "id" varchar PRIMARY KEY NOT NULL, "callUuid" varchar NOT NULL, "filename" varchar NOT NULL,
  "sizeBytes" integer NOT NULL, "recordedAt" datetime NOT NULL,
  "createdAt" datetime NOT NULL DEFAULT (datetime('now')),
  "updatedAt" datetime NOT NULL DEFAULT (datetime('now')),
  CONSTRAINT "UQ_069f06923ff15a3149042ce0844" UNIQUE ("callUuid"));
CREATE TABLE "agent" (
  "id" varchar PRIMARY KEY NOT NULL, "name" varchar NOT NULL,
  "status" text NOT NULL DEFAULT ('stopped'), "port" integer, "httpPort" integer,
  "mode" text NOT NULL DEFAULT ('pipeline'), "provider_asr_id" varchar,
  "provider_llm_id" varchar, "provider_tts_id" varchar, "provider_sts_id" varchar,
  CONSTRAINT "FK_2b4afc4b54da50d514e518fbfb2" FOREIGN KEY ("provider_asr_id")
    REFERENCES "provider" ("id") ON DELETE NO ACTION ON UPDATE NO ACTION,
  CONSTRAINT "FK_84a18b36f2470eec7861f11d3ba" FOREIGN KEY ("provider_llm_id")
    REFERENCES "provider" ("id") ON DELETE NO ACTION ON UPDATE NO ACTION,
  CONSTRAINT "FK_5e0ab4a00d66e7a7d5a36e59739" FOREIGN KEY ("provider_tts_id")
    REFERENCES "provider" ("id") ON DELETE NO ACTION ON UPDATE NO ACTION,
  CONSTRAINT "FK_95be2454599d0e3562533eb0755" FOREIGN KEY ("provider_sts_id")
    REFERENCES "provider" ("id") ON DELETE NO ACTION ON UPDATE NO ACTION);
CREATE TABLE "phone_number" (
  "id" varchar PRIMARY KEY NOT NULL, "value" varchar NOT NULL,
  "application" text NOT NULL DEFAULT ('agent'), "denoiseEnabled" boolean NOT NULL DEFAULT (1),
  "recordingEnabled" boolean NOT NULL DEFAULT (0), "agent_id" varchar, "phone_id" varchar,
  "trunk_id" varchar, CONSTRAINT "UQ_1ce8aa2e58e5e7a20d2e06a2ec4" UNIQUE ("value"),
  CONSTRAINT "FK_0fbb60d0bead924efddce8f5e8f" FOREIGN KEY ("agent_id")
    REFERENCES "agent" ("id") ON DELETE SET NULL ON UPDATE NO ACTION,
  CONSTRAINT "FK_bb07c4014fc55e8cbedcac61c4d" FOREIGN KEY ("phone_id")
    REFERENCES "phone" ("id") ON DELETE SET NULL ON UPDATE NO ACTION,
  CONSTRAINT "FK_186cceeb2ebdf588e0c13b73bdd" FOREIGN KEY ("trunk_id")
    REFERENCES "trunk" ("id") ON DELETE SET NULL ON UPDATE NO ACTION);
CREATE TABLE "call_event" (
  "id" varchar PRIMARY KEY NOT NULL, "type" text NOT NULL, "timestamp" datetime NOT NULL,
  "payload" text, "receivedAt" datetime NOT NULL DEFAULT (datetime('now')), "callId" varchar,
  CONSTRAINT "FK_e1d6763d9d39fe515edf6ae34fa" FOREIGN KEY ("callId")
    REFERENCES "call" ("id") ON DELETE CASCADE ON UPDATE NO ACTION);
