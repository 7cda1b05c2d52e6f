export type { Accounts, OpenSession, PersonalAccessToken, User } from './accounts.ts';
export { type Client, type ClientSettings, createClient } from './client.ts';
export {
  AnswerError,
  type ApiError,
  ConnectionError,
  type ErrorCode,
  type ErrorDetails,
  isApiError,
} from './errors.ts';
export type { CallOptions, Execute, ExecuteOptions, TypedDocument, UploadOptions } from './execute.ts';
export type { ValidationIssue } from './generated/error-details.ts';
export type { ResourceFilter, ResourceOrder } from './generated/operations.ts';
export { type ImageBytes, maxImageBytes, type NewImage } from './image-input.ts';
export type {
  AllInput,
  DeleteOptions,
  NewResource,
  Replacement,
  Resource,
  ResourcePage,
  Resources,
} from './resources.ts';
export type { Repeatable, RetrySettings } from './retry.ts';
export { memoryStore, type TokenStore, type Tokens } from './session.ts';
export type { OnProgress } from './upload-progress.ts';
