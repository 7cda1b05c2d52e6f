import { serveJobs } from '../../../../platform/database/writer/job-server.ts';
import { openResourceJobs, type ResourceWriterSettings } from './resource-jobs.ts';

serveJobs((settings: ResourceWriterSettings) => openResourceJobs(settings));
