export { type AuditCheckpoint, parseCheckpoint, type SignedCheckpoint } from './audit-checkpoint.ts';
export type { Clock } from './clock.ts';
export { type FileLock, type FileLockOptions, LockHeldError, takeFileLock } from './file-lock.ts';
export { GroupCommitLog, type GroupCommitLogOptions } from './group-commit-log.ts';
export {
  linesBackward,
  linesForward,
  type PlacedLine,
  type ReadLinesOptions,
  readLastLines,
} from './lines.ts';
export { type LogFile, type OpenLogFileOptions, openLogFile } from './log-file.ts';
export { type LogReader, type OpenLogReader, openLogReader, toLogReader } from './log-reader.ts';
export { type RecoveredChain, recoverChain, verifyRange } from './recover-chain.ts';
export {
  type LogChain,
  type LogSegment,
  openLogChain,
  rotateLogFile,
  segmentBefore,
} from './segments.ts';
export { sha256Hex } from './sha256-hex.ts';
export { headOfNewestSegment, LogDefectError, type LogTail, readTail } from './tail.ts';
