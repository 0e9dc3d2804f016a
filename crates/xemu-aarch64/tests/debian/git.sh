export GIT_AUTHOR_DATE='2024-01-02T03:04:05Z' GIT_COMMITTER_DATE='2024-01-02T03:04:05Z' GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=C GIT_COMMITTER_EMAIL=c@d
cd /tmp; git init -q -b main r; cd r; for i in 1 2 3; do seq $i 200 > f$i; git add .; git commit -q -m "commit $i"; done; git log --oneline --stat
git checkout -q -b side HEAD~1; echo x >> f1; git commit -qam side; git checkout -q main; sed -i 5d f1; git commit -qam main; git merge -q -m merge side; git log --graph --format='%h %s %an'
git diff HEAD~2 --stat; git gc -q; git fsck --no-progress; git clone -q . ../copy; git -C ../copy rev-parse HEAD; git blame -s f1 | head -3; git show nothing; git status --short
git bisect start -q HEAD HEAD~3 2>/dev/null; git rev-list --count --all; git archive HEAD | sha256sum
