import { serveJobs } from '../../../../platform/database/writer/job-server.ts';
import { type AuthWriterSettings, openAuthJobs } from './auth-jobs.ts';

serveJobs((settings: AuthWriterSettings) => openAuthJobs(settings));
