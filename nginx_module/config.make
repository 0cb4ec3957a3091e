# Read by nginx's auto/make after its own makefile is written. `make modules` builds the module beside nginx's own,
# `make install` puts it where they go: nginx makes the folder absolute only later, in auto/install.
# A running nginx has the old file mapped: it is moved aside, as nginx does with its own, never written into.
case ".$NGX_MODULES_PATH" in
    ./*) ngx_webhook_folder=$NGX_MODULES_PATH ;;
    *)   ngx_webhook_folder=$NGX_PREFIX/$NGX_MODULES_PATH ;;
esac
cat << END >> $NGX_MAKEFILE

modules:	ngx_http_webhook_module

.PHONY:	ngx_http_webhook_module ngx_http_webhook_module_install

ngx_http_webhook_module:
	cmake -S $ngx_addon_dir/.. -B $NGX_OBJS/webhook \\
		-D RINGFENCE_NGINX_BUILD_DIR="\$\$(cd $NGX_OBJS && pwd)" -D RINGFENCE_WORKER=OFF -D RINGFENCE_TESTS=OFF
	cmake --build $NGX_OBJS/webhook --target ngx_http_webhook_module
	cp $NGX_OBJS/webhook/nginx_module/ngx_http_webhook_module.so $NGX_OBJS/

install:	ngx_http_webhook_module_install

ngx_http_webhook_module_install:	ngx_http_webhook_module
	test -d '\$(DESTDIR)$ngx_webhook_folder' || mkdir -p '\$(DESTDIR)$ngx_webhook_folder'
	test ! -f '\$(DESTDIR)$ngx_webhook_folder/ngx_http_webhook_module.so' \\
		|| mv '\$(DESTDIR)$ngx_webhook_folder/ngx_http_webhook_module.so' \\
			'\$(DESTDIR)$ngx_webhook_folder/ngx_http_webhook_module.so.old'
	cp $NGX_OBJS/ngx_http_webhook_module.so '\$(DESTDIR)$ngx_webhook_folder/'
END
