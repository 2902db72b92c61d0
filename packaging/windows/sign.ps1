# Signs one file for Windows with the key that .github/release/keys.sh handed on, or leaves it as it is
# and says so. The bundler calls it for each program, library and installer (`bundle.windows.signCommand`).
param([Parameter(Mandatory)][string]$Path)
$ErrorActionPreference = 'Stop'

if ($env:NUTHATCH_SIGN_PFX) {
    # Windows' own development kit, of which a runner has several.
    $kit = "${env:ProgramFiles(x86)}\Windows Kits\10\bin\*\x64\signtool.exe"
    $signtool = Get-ChildItem $kit | Sort-Object FullName | Select-Object -Last 1 -ExpandProperty FullName
    & $signtool sign /fd SHA256 /td SHA256 /tr http://timestamp.digicert.com `
        /f $env:NUTHATCH_SIGN_PFX /p $env:NUTHATCH_SIGN_PFX_PASSWORD $Path
    exit $LASTEXITCODE
}
if ($env:AZURE_SIGNING_ACCOUNT) {
    # Reads AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET itself.
    & artifact-signing-cli -e $env:AZURE_SIGNING_ENDPOINT -a $env:AZURE_SIGNING_ACCOUNT `
        -c $env:AZURE_SIGNING_PROFILE -d Nuthatch $Path
    exit $LASTEXITCODE
}
Write-Output "not signed, for want of a key: $Path"
