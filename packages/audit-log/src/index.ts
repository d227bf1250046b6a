export { type AuditCheckpoint, parseCheckpoint, type SignedCheckpoint } from './audit-checkpoint.ts';
export type { Clock } from './clock.ts';
export { type FileLock, type FileLockOptions, LockHeldError, takeFileLock } from './file-lock.ts';
export { GroupCommitLog, type GroupCommitLogOptions } from './group-commit-log.ts';
export { endOfLastLine, linesBackward, linesForward, type PlacedLine } from './lines.ts';
export { type LogFile, openLogFile } from './log-file.ts';
export { type RecoveredChain, recoverChain, verifyRange } from './recover-chain.ts';
export { sha256Hex } from './sha256-hex.ts';
