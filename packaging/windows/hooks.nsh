; What tauri's installer does not do by itself: `nuthatch` on the user's PATH, and the question about the
; library. PowerShell changes the PATH: NSIS cuts strings at 8192 characters, and a PATH may be longer.

!macro NUTHATCH_PATH EXPRESSION
  nsExec::ExecToLog `powershell.exe -NoProfile -NonInteractive -Command "$$at = '$INSTDIR'; $$key = 'Path'; $$old = [Environment]::GetEnvironmentVariable($$key, 'User'); $$rest = @($$old -split ';' | Where-Object { $$_ -and $$_ -ne $$at }); [Environment]::SetEnvironmentVariable($$key, (${EXPRESSION} -join ';'), 'User')"`
  Pop $0
!macroend

!macro NSIS_HOOK_POSTINSTALL
  !insertmacro NUTHATCH_PATH "($$rest + $$at)"
!macroend

!macro NSIS_HOOK_PREUNINSTALL
  ${If} $UpdateMode <> 1
    !insertmacro NUTHATCH_PATH "$$rest"
    IfSilent nuthatch_keep
    MessageBox MB_YESNO|MB_ICONQUESTION|MB_DEFBUTTON2 "Erase what Nuthatch made, too: its index, settings and models? Your documents are not touched." IDNO nuthatch_keep
    nsExec::ExecToLog '"$INSTDIR\nuthatch.exe" erase --yes'
    Pop $0
    nuthatch_keep:
  ${EndIf}
!macroend
